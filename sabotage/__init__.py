"""Would the suite notice? Takes away one guard after the other and looks whether a test fails (``make sabotage``)."""
