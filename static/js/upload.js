// [data-file-drop]: a file dropped on it goes into its [data-file-input]; [data-file-said] says which file was chosen.
(function () {
  "use strict"
  function size(bytes) {
    return bytes < 1048576 ? Math.max(1, Math.round(bytes / 1024)) + " KB" : (bytes / 1048576).toFixed(1) + " MB"
  }

  document.querySelectorAll("[data-file-drop]").forEach(function (drop) {
    const input = drop.querySelector("[data-file-input]")
    const said = drop.querySelector("[data-file-said]")
    if (!input || !said) return
    const usual = said.textContent
    function tell() {
      const file = input.files && input.files[0]
      said.textContent = file ? "已选择：" + file.name + "（" + size(file.size) + "）" : usual
    }
    input.addEventListener("change", tell)
    ;["dragenter", "dragover"].forEach(function (name) {
      drop.addEventListener(name, function (event) { event.preventDefault(); drop.classList.add("over") })
    })
    drop.addEventListener("dragleave", function (event) {
      if (!drop.contains(event.relatedTarget)) drop.classList.remove("over")
    })
    drop.addEventListener("drop", function (event) {
      event.preventDefault()
      drop.classList.remove("over")
      const files = event.dataTransfer && event.dataTransfer.files
      if (!files || !files.length) return
      if (files.length > 1) { said.textContent = "一次只能导入一个文件，请只拖入一个。"; return }
      input.files = files
      tell()
    })
    tell()
  })
  // A file that misses the field would replace the page.
  ;["dragover", "drop"].forEach(function (name) {
    window.addEventListener(name, function (event) {
      if (!event.target.closest || !event.target.closest("[data-file-drop]")) event.preventDefault()
    })
  })
})()
