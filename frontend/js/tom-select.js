// The picker without the plugins nobody uses; dropdown_input is left out because screen readers lose the field with it.
import TomSelect from "tom-select/dist/esm/tom-select.js"
import removeButton from "tom-select/dist/esm/plugins/remove_button/plugin.js"

TomSelect.define("remove_button", removeButton)
export default TomSelect
