// a[data-back]: back to where the user came from, with scroll and typed values; its address is the way without script.
(function () {
  "use strict"
  document.addEventListener("click", function (event) {
    const link = event.target.closest("a[data-back]")
    if (!link || !document.referrer || window.history.length < 2) return
    if (document.referrer.indexOf(window.location.origin + "/") !== 0) return
    event.preventDefault()
    window.history.back()
  })
})()
