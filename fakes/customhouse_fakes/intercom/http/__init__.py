"""HTTP for the fake Intercom: thin views, and the vendor's dialect around them. No rule of the business lives here."""
