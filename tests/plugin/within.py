"""What the tests of the plugin share: runs of pytest within a run of pytest, and an importer that does nothing."""

#: pytest complains of plugins that are loaded before it is; in a run within a run they are.
WITHIN = ("-p", "no:cacheprovider", "-W", "ignore::pytest.PytestAssertRewriteWarning")

#: In processes of their own: without the plugins of this project's other tools, some of which take a second to load.
ALONE = ("-p", "no:cacheprovider", "-p", "no:locust", "-p", "no:faker", "-p", "no:hypothesispytest", "-p", "no:anyio")

#: Does nothing but say that it was run.
MANIFEST = """
[importers.acme]
provider = "intercom"
command = "sh -c 'echo run >> {here}/runs' x {base_url} {token} {source}"
"""
