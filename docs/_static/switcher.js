// The choice of versions in the side bar: the same page in another version, or its first page where that has none such.
// What there is stands in versions.js, a script and no JSON, because pages that are opened as files may not fetch.
document.addEventListener("DOMContentLoaded", () => {
  const place = document.querySelector(".versions");
  const versions = Object.keys(layerlabSite.pages);
  if (!place || versions.length < 2) return;
  const page = DOCUMENTATION_OPTIONS.pagename;
  const choice = place.querySelector("select");
  choice.append(...versions.map((version) => new Option(version, version, false, version === layerlabSite.here)));
  choice.addEventListener("change", () => {
    const there = layerlabSite.pages[choice.value].includes(page) ? page : "index";
    location.href = `${document.documentElement.dataset.content_root}../${choice.value}/${there}.html`;
  });
  place.hidden = false;
});
