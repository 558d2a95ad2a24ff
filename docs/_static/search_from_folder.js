// The search quotes a passage of each page that it found. A page opened from a folder may not read other files, so it does without.
if (location.protocol === "file:") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
