// A list shown again after editing stands where it was left: position is kept per address for this tab.
(function () {
  "use strict"
  if (!document.querySelector("[data-keep-scroll]")) return
  const key = "scroll:" + window.location.pathname + window.location.search
  try {
    const kept = sessionStorage.getItem(key)
    if (kept && document.referrer !== window.location.href) window.scrollTo(0, Number(kept))
    sessionStorage.removeItem(key)
  } catch (error) { /* private mode: the list starts at its top */ }
  window.addEventListener("pagehide", function () {
    try { sessionStorage.setItem(key, String(window.pageYOffset)) } catch (error) { /* as above */ }
  })
})()
