"""What surrounds every page: assets, theme, navigation, banners."""
