"""通报: figures of a day, the text made of them, the Word file in the official layout, issue and receipt.

``figures`` and ``org_life`` count, ``wording`` says it, ``drafting`` keeps the draft, ``word`` lays it out,
``issuing`` numbers and sends it, ``template_files`` takes a committee's own template.
"""
