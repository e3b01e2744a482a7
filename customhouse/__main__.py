"""`python -m customhouse`."""

from customhouse.cli import main

if __name__ == "__main__":
    main()
