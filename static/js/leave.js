// Once the session is over for want of clicks, what stands on the screen goes too: somebody else may sit down at this PC.
// The page is asked for again and answers with the log-in page. A click in another tab counts for all of them.
(function () {
  "use strict"
  const seconds = Number(document.body.dataset.idleSeconds)
  if (!seconds) return
  const KEY = "last-click"
  let last = 0
  function note() {
    last = Date.now()
    try { localStorage.setItem(KEY, String(last)) } catch (error) { /* private mode: each tab counts for itself */ }
  }
  function check() {
    let elsewhere = 0
    try { elsewhere = Number(localStorage.getItem(KEY)) || 0 } catch (error) { /* as above */ }
    if (Date.now() - Math.max(last, elsewhere) > (seconds + 5) * 1000) window.location.replace(window.location.href.split("#")[0])
  }
  note()
  document.body.addEventListener("htmx:afterRequest", note)
  // A PC that wakes up, and a tab that was covered, must not show the page first.
  document.addEventListener("visibilitychange", check)
  setInterval(check, 15000)
})()
