"""Where the fakes of `customhouse serve` listen unless it is told otherwise; a check takes free ports."""

PORTS = {"intandem": 8701, "intercom": 8702, "rally": 8703}
