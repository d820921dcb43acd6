"""Nothing of ours uses it; the app registry looks at it."""
