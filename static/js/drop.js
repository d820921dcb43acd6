// <details data-drop>: closes on a click elsewhere or Escape, opens upwards where there is no room below.
(function () {
  "use strict"
  function close(except) {
    document.querySelectorAll("details[data-drop][open]").forEach(function (drop) {
      if (!except || !drop.contains(except)) drop.open = false
    })
  }

  document.addEventListener("click", function (event) {
    close(event.target.closest(".drop-panel a, .drop-panel button") ? null : event.target)
  })
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") return
    const drop = document.activeElement && document.activeElement.closest("details[data-drop][open]")
    close()
    if (drop) drop.querySelector("summary").focus()
  })
  document.addEventListener("toggle", function (event) {
    const drop = event.target
    if (!drop.open || !drop.matches || !drop.matches("details[data-drop]")) return
    const panel = drop.querySelector(".drop-panel")
    const box = panel.getBoundingClientRect()
    if (box.bottom > window.innerHeight && drop.getBoundingClientRect().top > box.height + 60) drop.classList.add("drop-up")
    if (box.right > document.documentElement.clientWidth) drop.classList.add("drop-end")
  }, true)
})()
