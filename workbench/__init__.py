"""Stock Workbench: audits what a shop's POS exports. No retail rule and no threshold lives in this package."""

__version__ = "0.1.0"
