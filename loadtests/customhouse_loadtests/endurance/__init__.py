"""`make soak`: the fakes for an hour among ordinary and hostile clients. Is memory flat, is every call on record?"""
