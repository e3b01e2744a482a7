"""The control plane under `/_customhouse/` on every port: never rate limited, faulted or journaled."""
