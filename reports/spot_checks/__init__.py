"""随机抽查: drawing records by lot, holding them against the files, having mended what is wrong, the rates.

《“智慧团建”系统信息库建设》names 随机抽查 and 查阅档案 as the means by which 真实、准确、完整 are made sure of.
"""
