// WeChat opens no downloads: a[data-download] says so and [data-wechat] notes appear.
(function () {
  "use strict"
  if (!/MicroMessenger/i.test(navigator.userAgent)) return
  document.querySelectorAll("[data-wechat]").forEach(function (note) { note.hidden = false })
  document.addEventListener("click", function (event) {
    const link = event.target.closest("a[data-download], button[data-download]")
    const note = document.querySelector("[data-wechat-note]")
    if (!link || !note) return
    event.preventDefault()
    note.className = "note note-care"
    note.textContent = "微信内不能下载。请点右上角，在浏览器中打开。"
    link.parentNode.insertBefore(note, link.nextSibling)
  })
})()
