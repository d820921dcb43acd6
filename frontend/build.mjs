// Rebuilds ../static/vendored and ../static/img/icons.svg. Run by developers: npm install --omit-lockfile-registry-resolved && npm run build.
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { buildSync } from "esbuild"
import * as sass from "sass"

const OUT = "../static/vendored/"
const TARGET = ["es2015", "chrome80"]
const ICONS = {
  "house": "house", "layout": "columns-gap", "diagram": "diagram-3", "people": "people", "person": "person",
  "person-plus": "person-plus", "person-check": "person-check", "calendar": "calendar3", "calendar-plus": "calendar-plus",
  "upload": "upload", "import": "box-arrow-in-down", "bar-chart": "bar-chart", "shield": "shield-lock", "bell": "bell",
  "question-circle": "question-circle", "chevron-down": "chevron-down", "chevron-up": "chevron-up",
  "chevron-left": "chevron-left", "chevron-right": "chevron-right", "search": "search", "printer": "printer",
  "download": "download", "file": "file-earmark-text", "file-table": "file-earmark-spreadsheet", "phone": "telephone",
  "pencil": "pencil", "plus": "plus-lg", "x": "x-lg", "check": "check-lg", "check-circle": "check-circle",
  "exclamation-circle": "exclamation-circle", "exclamation-triangle": "exclamation-triangle", "info-circle": "info-circle",
  "clock": "clock", "list": "list", "box-arrow-right": "box-arrow-right", "key": "key", "clipboard-check": "clipboard-check",
  "journal": "journal-text", "gear": "gear", "arrow-left": "arrow-left", "arrow-repeat": "arrow-repeat", "funnel": "funnel",
  "sort": "chevron-expand", "envelope": "envelope", "megaphone": "megaphone", "archive": "archive",
}

const version = (name) => JSON.parse(readFileSync(`node_modules/${name}/package.json`, "utf8")).version

// Manifest storage refuses files that name a source map which is not there.
function write(name, text) {
  writeFileSync(OUT + name, text.replace(/\s*\/[*/][#@]\s*sourceMappingURL=[^\n]*/g, "").trimEnd() + "\n")
}

function bundle(options) {
  const result = buildSync({ bundle: true, minify: true, format: "iife", target: TARGET, legalComments: "inline", write: false, ...options })
  return result.outputFiles[0].text
}

function minifyCss(css) {
  return bundle({ stdin: { contents: css, loader: "css" }, bundle: false, format: undefined, target: ["chrome80"] })
}

function icons() {
  const symbols = Object.entries(ICONS).map(([name, source]) => {
    const svg = readFileSync(`node_modules/bootstrap-icons/icons/${source}.svg`, "utf8")
    const inner = svg.replace(/^[^>]*>/, "").replace(/<\/svg>\s*$/, "").replace(/\s*\n\s*/g, "")
    return `<symbol id="${name}" viewBox="0 0 16 16">${inner}</symbol>`
  })
  writeFileSync("../static/img/icons.svg", `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join("\n")}\n</svg>\n`)
}

mkdirSync(`${OUT}licences`, { recursive: true })
const bootstrap = sass.compile("scss/bootstrap.scss", { loadPaths: ["node_modules"], quietDeps: true, silenceDeprecations: ["import"] })
write("bootstrap.css", `/*! Bootstrap ${version("bootstrap")}, MIT, see licences/bootstrap.txt */\n${minifyCss(bootstrap.css)}`)
write("bootstrap.bundle.min.js", `/*! Bootstrap ${version("bootstrap")} and Popper ${version("@popperjs/core")}, MIT, see licences/ */\n`
  + bundle({ entryPoints: ["js/bootstrap.js"], globalName: "bootstrap" }))
write("tom-select.js", `/*! Tom Select ${version("tom-select")}, Apache-2.0, see licences/tom-select.txt */\n`
  + bundle({ entryPoints: ["js/tom-select.js"], globalName: "TomSelectBundle", footer: { js: "window.TomSelect=TomSelectBundle.default;" } }))
write("echarts.js", `/*! Apache ECharts ${version("echarts")} with ZRender ${version("zrender")}, Apache-2.0 and BSD-3-Clause, see licences/ */\n`
  + bundle({ entryPoints: ["js/echarts.js"], globalName: "echarts", legalComments: "none" }))
icons()
copyFileSync("node_modules/bootstrap/LICENSE", `${OUT}licences/bootstrap.txt`)
copyFileSync("node_modules/bootstrap-icons/LICENSE", `${OUT}licences/bootstrap-icons.txt`)
copyFileSync("node_modules/@popperjs/core/LICENSE.md", `${OUT}licences/popper.txt`)
copyFileSync("node_modules/tom-select/LICENSE", `${OUT}licences/tom-select.txt`)
for (const name of ["LICENSE", "NOTICE"]) {
  copyFileSync(`node_modules/echarts/${name}`, `${OUT}licences/echarts-${name.toLowerCase()}.txt`)
}
copyFileSync("node_modules/zrender/LICENSE", `${OUT}licences/zrender.txt`)
copyFileSync("node_modules/echarts/licenses/LICENSE-d3", `${OUT}licences/d3.txt`)
copyFileSync("node_modules/tslib/LICENSE.txt", `${OUT}licences/tslib.txt`)
