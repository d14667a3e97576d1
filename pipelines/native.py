"""The native source: files that are core tables already, under the words that shops and their systems use for them.

Only words, no logic of reading: which file is which table, which header which column, which cell which fixed value.
A word may serve several columns as long as no one table has two that claim it; a word that means different things in
different tables stands under `table.column`. Words that could mean two things in one table are left out on purpose:
an unknown header is reported, a wrong one is believed. Chinese words are written in simplified characters and are
known in traditional ones too.
"""

from __future__ import annotations

from collections.abc import Mapping

from workbench.sources import Source, Vocabulary

# One traditional form for each simplified one, as trade documents write it (製單, 複盤, 餘額).
_SIMPLIFIED = (
    "编码号货单据条采购订门库员账发变录盘点余额档应区仓进验规类别质价销数实际时间审经办制总备注说图损废领"
    "调拨对开税纳识过启动补亏态驳关闭结终设记项换装产统计报联内复线离传败迟陆权职务后标证状属异帐网断机构"
    "业会参国冻减几凭创删周无旧来汇现种称资详误轮错铺随顾预绝虚细营当户银拟遗弃"
)
_TRADITIONAL = (
    "編碼號貨單據條採購訂門庫員賬發變錄盤點餘額檔應區倉進驗規類別質價銷數實際時間審經辦製總備註說圖損廢領"
    "調撥對開稅納識過啟動補虧態駁關閉結終設記項換裝產統計報聯內複線離傳敗遲陸權職務後標證狀屬異帳網斷機構"
    "業會參國凍減幾憑創刪週無舊來匯現種稱資詳誤輪錯鋪隨顧預絕虛細營當戶銀擬遺棄"
)
_TO_TRADITIONAL = str.maketrans(_SIMPLIFIED, _TRADITIONAL)


def _words(text: str) -> tuple[str, ...]:
    """Words parted by `|`, each once, with its traditional form behind it where that differs."""
    words = [word.strip() for word in text.replace("\n", " ").split("|") if word.strip()]
    return tuple(dict.fromkeys(form for word in words for form in (word, word.translate(_TO_TRADITIONAL))))


def _spoken(texts: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    return {name: _words(text) for name, text in texts.items()}


def _meanings(texts: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    """column -> {value: words} turned into column -> {word: value}."""
    return {
        column: {word: value for value, text in values.items() for word in (value, *_words(text))}
        for column, values in texts.items()
    }


# A file's name may begin or end with one of these. "Receipts" alone is missing on purpose: a till prints receipts too.
_TABLES = _spoken(
    {
        "product": """product|products|product master|product list|items|item master|articles|goods|sku list
            |商品档案|商品资料|商品列表|商品信息|商品|货品档案|货品资料|产品资料|物料档案|存货档案|商品主档""",
        "product_barcode": """product barcode|product barcodes|barcode|barcodes|条码|商品条码|条形码|条码档案
            |条码表|一品多码|國際條碼""",
        "supplier": "supplier|suppliers|vendor|vendors|supplier master|供应商|供应商档案|供应商资料|供货商|廠商資料",
        "location": """location|locations|stores|shops|branches|warehouses|outlets|门店/仓库|门店|门店档案|门店资料
            |门店列表|仓库|仓库档案|店铺|机构|机构档案|门市|分店""",
        "staff": "staff|employees|users|accounts|员工/账号|员工|员工档案|员工账号|账号|账号列表|用户|人员档案|操作员",
        "purchase_order_line": """purchase order line|purchase order lines|purchase order|purchase orders|po lines
            |采购订单|采购订单明细|采购单|采购单明细|订货单|订货单明细|采购订货单""",
        "delivery_note_line": """delivery note line|delivery note lines|delivery note|delivery notes|dn lines|送货单
            |送货单明细|送货明细|供应商送货单|配送单|配送单明细|到货单|出貨單""",
        "invoice_line": """invoice line|invoice lines|invoice|invoices|supplier invoice|supplier invoices
            |purchase invoices|bills|账单/发票|账单|账单明细|发票|发票明细|供应商账单|供应商发票|采购发票|对账单
            |进项发票""",
        "receipt_line": """receipt line|receipt lines|goods receipt|goods receipts|goods receipt lines
            |goods received|grn|purchase receipts|stock in|入库单|入库明细|入库单明细|采购入库单|采购入库明细
            |采购入库|收货单|收货单明细|收货明细|验收单|验收单明细|进货单|进货明细|入库记录""",
        "stock_movement": """stock movement|stock movements|stock card|stock ledger|inventory movements|movements
            |inventory transactions|stock transactions|库存变化记录|库存变动记录|库存变动|库存流水|库存流水账
            |库存明细账|出入库明细|出入库流水|出入库记录|商品流水|库存异动|库存异动明细|进销存明细|库存台账""",
        "count_line": """count line|count lines|stocktake|stocktakes|stock count|stock counts|inventory count
            |cycle count|盘点单|盘点单明细|盘点明细|盘点记录|盘点表|库存盘点|库存盘点单|盘点""",
        "stock_on_hand": """stock on hand|on hand|inventory balance|stock balance|stock balances|inventory on hand
            |stock snapshot|inventory|stock|库存余额|库存快照|库存余额表|库存汇总|库存表|即时库存|实时库存|商品库存
            |门店库存|现存量|库存""",
        "stock_level": "stock level|stock levels|min max|reorder levels|库存上下限|库存预警|安全库存|上下限设置",
        "expiry_band": """expiry band|expiry bands|near expiry bands|near expiry|临期标准|临期设置|临期规则
            |临期标准表|臨期標準""",
        "batch": "batch|batches|batch master|lots|批次档案|批号档案|批次列表|批次资料|商品批次",
        "document_change": """document change|document changes|change log|audit log|修正日志|修改日志|变更日志
            |修改记录|变更记录|单据修改记录|单据修改日志""",
        "sync_event": """sync event|sync events|sync log|device log|同步/操作日志|同步日志|操作日志|设备日志
            |同步记录|登录日志""",
    }
)

_COLUMNS = _spoken(
    {
        # --- codes and names ---
        "product_code": """product code|product id|product no|product number|sku|sku code|sku id|item code|item no
            |item id|item number|item|article no|article number|article|material no|material|stock code|plu|商品编码
            |商品编号|商品代码|商品号|货号|货品编码|货品编号|产品编码|产品编号|产品代码|物料编码|物料编号|物料代码
            |料号|品号|存货编码|存货编号|自编码|商品货号|店内编码|品項編號""",
        "barcode": """barcode|bar code|ean|ean13|ean code|upc|gtin|item barcode|product barcode|商品条码|条码|条形码
            |商品条形码|国际条码|国条码|条码编号|包装条码|基本条码""",
        "product_name": """product name|item name|name|description|item description|商品名称|名称|品名|货品名称
            |产品名称|物料名称|存货名称|商品名|商品全名""",
        "category": """category|product category|department|product group|类别|分类|商品类别|商品分类|品类|类别名称
            |商品大类""",
        "brand": "brand|brand name|品牌|商品品牌|品牌名称",
        "spec": "spec|specification|size|model|规格|规格型号|商品规格|包装规格|型号",
        "unit": "unit|uom|base unit|unit of measure|基本单位|单位|计量单位|销售单位|库存单位|主单位",
        "shelf_life_days": """shelf life|shelf life days|shelf life (days)|保质期(天)|保质期|保质期天数|有效天数
            |保质天数|保存期限""",
        "min_shelf_life_days": """min shelf life|minimum shelf life|shelf life from|shelf life|shelf life days
            |保质期起(天)|保质期起|保质期下限|保质期不低于|保质期(天)|保质期|保质期天数""",
        "warn_days": """warning days|near expiry days|days before expiry|临期天数|临期预警天数|预警天数|提前预警天数
            |到期前天数""",
        "removal_days": "removal days|off shelf days|pull days|下架天数|提前下架天数|下架提前天数|停售天数",
        "is_batch_tracked": """is batch tracked|batch tracked|batch managed|lot controlled|是否批次管理|批次管理
            |是否批号管理|批号管理|启用批次""",
        "purchase_price": """purchase price|cost price|buying price|采购价|进价|进货价|采购单价|参考进价|成本价
            |最近进价""",
        "retail_price": """retail price|selling price|sales price|list price|零售价|售价|销售价|零售单价|标准售价
            |门店售价|建議售價""",
        "min_stock_qty": """min stock|minimum stock|min qty|reorder point|safety stock|最低库存|库存下限|最小库存
            |安全库存|最低库存量|下限""",
        "max_stock_qty": "max stock|maximum stock|max qty|最高库存|库存上限|最大库存|最高库存量|上限",
        "pack_qty": """pack qty|pack size|case qty|case pack|units per pack|units per case|包装数量|装箱数|箱规
            |件装数|每箱数量|换算率|换算系数|包装系数|比例|箱入数|入数""",
        "supplier_code": """supplier code|supplier id|supplier no|supplier|vendor code|vendor id|vendor no|vendor
            |供应商编码|供应商编号|供应商代码|供应商|供货商编码|供货商|供应商号|廠商編號|廠商代號|供貨單位""",
        "supplier_name": "supplier name|vendor name|name|供应商名称|供货商名称|供应商全称|名称|單位名稱",
        "tax_id": "tax id|tax no|vat no|vat number|税号|纳税人识别号|统一社会信用代码|税务登记号|統一編號",
        "lead_time_days": """lead time|lead time days|lead time (days)|delivery days|交货周期(天)|交货周期|交货天数
            |采购提前期|到货周期|备货天数""",
        "min_residual_life": """min residual life|minimum residual life|residual life|最低剩余保质期比例|允收期
            |允收期比例|允收比例|收货效期比例""",
        "location_code": """location|location id|location no|store code|store id|store no|store|shop|shop code
            |branch|branch code|warehouse|warehouse code|site|outlet|门店编码|门店编号|门店代码|门店|门店号|仓库编码
            |仓库编号|仓库|仓库代码|收货仓库|入库仓库|收货门店|机构编码|机构编号|机构|店铺编码|店铺|店号|分店编号
            |分店|门市编号|门市|库存地点""",
        "location_name": """location name|store name|branch name|warehouse name|name|门店名称|仓库名称|机构名称
            |店铺名称|店名|名称|门市名称""",
        "location_type": "location type|store type|type|类型|门店类型|机构类型|仓库类型|店铺类型",
        "region": "region|area|district|区域|地区|所属区域|大区|片区",
        "counter_location_code": """counter location|other location|to location|from location|对方门店|对方仓库
            |对方机构|对方单位|对方店号|调拨对方""",
        "staff_code": """staff code|staff id|staff no|employee id|employee no|user|user id|username|account|员工编码
            |员工编号|工号|员工账号|账号|登录账号|用户名|用户编号|操作人|操作员""",
        "staff_name": "staff name|employee name|full name|name|姓名|员工姓名|员工名称|用户姓名|名称",
        "role": "role|position|job title|角色|职位|岗位|职务|权限|用户角色",
        "is_active": "is active|active|enabled|status|是否启用|启用|启用状态|是否有效|是否在职|状态|账号状态",
        # --- numbers of documents and lines ---
        "line_no": """line|line no|line number|line id|row number|seq|行号|序号|项次|行次|明细行号|明细序号|分录号
            |分录行号|项号""",
        "po_no": """po|po no|po number|po id|purchase order|purchase order no|purchase order number|order no
            |order number|采购订单号|采购订单编号|采购订单|采购单号|采购单编号|订单号|订单编号|订货单号|关联订单号
            |来源订单号|採購單號""",
        "po_line_no": """po line|po line no|order line|order line no|采购订单行号|订单行号|采购单行号|来源订单行号
            |源单行号""",
        "delivery_note_no": """delivery note|delivery note no|delivery note number|dn no|dn number|送货单号
            |送货单编号|送货单|配送单号|随货单号|随货同行单号|供应商单号|出貨單號""",
        "receipt_no": """receipt no|receipt number|receipt id|goods receipt no|goods receipt|grn|grn no|grn number
            |入库单号|入库单编号|入库单|收货单号|收货单编号|采购入库单号|进货单号|进货单编号|验收单号|驗收單編號""",
        "invoice_no": """invoice|invoice no|invoice number|bill no|bill number|发票号|发票号码|发票编号|账单号
            |账单编号|结算单号|对账单号""",
        "count_no": """count no|count number|stocktake no|stocktake number|count id|document no|盘点单号|盘点单编号
            |盘点编号|盘点号|单据号|单号|单据编号""",
        "document_no": """document no|document number|doc no|reference|reference no|ref no|单据号|单据编号
            |单号|业务单号|来源单号|关联单号|单据号码|凭证号|原始单号""",
        "document_line_no": """document line|document line no|line no|line|单据行号|单据明细行号|行号|明细行号
            |来源行号""",
        "movement_id": """movement no|movement|transaction id|transaction no|id|变动编号|流水号|流水编号|变动流水号
            |记录编号|记录号|异动编号""",
        "change_id": "change no|change|log id|id|变更编号|修改编号|日志编号|流水号|记录编号",
        "event_id": "event no|log id|id|事件编号|日志编号|流水号|记录编号|事件号",
        "batch_no": """batch|batch number|batch code|lot|lot no|lot number|批号|批次|批次号|批次编号|生产批号
            |生产批次|商品批号""",
        "device_id": """device|device no|terminal|terminal id|terminal no|pos no|register|设备号|设备编号|终端号
            |终端编号|机号|收银机号|pos机号""",
        "device_seq": """device sequence|device sequence no|terminal sequence|设备流水号|终端流水号|机内流水号
            |设备序号|本机序号""",
        # --- days and moments ---
        "ordered_date": """order date|ordered on|po date|date|订货日期|下单日期|订单日期|采购日期|制单日期|单据日期
            |日期|订货时间|下单时间""",
        "expected_date": """expected|expected on|due date|due|eta|expected delivery|delivery date|promised date
            |预计到货日期|预计到货|预计到货日|预计交货日期|要求到货日期|交货日期|到货日期|交期|预交日|預交日期""",
        "delivered_date": """delivery date|delivered on|date|送货日期|送货时间|交货日期|到货日期|配送日期
            |单据日期|日期""",
        "invoiced_date": "invoice date|invoiced on|bill date|date|开票日期|发票日期|账单日期|结算日期|单据日期|日期",
        "received_at": """received on|receipt date|received date|date received|receiving date|date|入库时间
            |入库日期|收货时间|收货日期|到货日期|到货时间|验收日期|进货日期|业务日期|单据日期|日期""",
        "recorded_at": """recorded|recorded on|entered at|entry time|created at|创建时间|录入时间|录入日期|制单时间
            |制单日期|创建日期|登记时间|系统时间|上传时间|同步时间|建檔時間""",
        "submitted_at": "submitted|submitted on|submission time|提交时间|提交日期|送审时间",
        "approved_at": "approved on|approval date|approval time|审核时间|审核日期|审批时间|审批日期|批准时间",
        "produced_date": """production date|produced|produced on|mfg date|manufacture date|manufactured|生产日期
            |制造日期|生产日|出厂日期""",
        "expiry_date": """expiry|exp date|exp|expires|expiration date|expiration|best before|use by|有效期至|有效期
            |到期日|到期日期|失效日期|有效日期|有效截止日期|过期日期|保质期至|效期""",
        "occurred_at": """occurred|date|time|datetime|timestamp|movement date|movement time|transaction date
            |transaction time|发生时间|发生日期|时间|日期|业务日期|业务时间|变动时间|变动日期|操作时间|出入库时间
            |单据日期|异动日期""",
        "counted_at": "count date|counted on|count time|stocktake date|date|盘点时间|盘点日期|单据日期|日期|初盘时间",
        "changed_at": """changed on|change date|change time|modified at|date|修改时间|修改日期|变更时间|变更日期
            |操作时间|时间|日期""",
        "as_of_date": """as of|snapshot date|stock date|balance date|date|截止日期|日期|快照日期|库存日期|结存日期
            |统计日期|截止日""",
        # --- quantities ---
        "ordered_qty": """ordered|order qty|order quantity|quantity ordered|qty ordered|qty|quantity|订货数量|订货数
            |采购数量|订单数量|订购数量|下单数量|数量""",
        "delivered_qty": """delivered|delivery qty|delivered quantity|quantity delivered|shipped qty|qty|quantity
            |送货数量|送货数|到货数量|交货数量|配送数量|发货数量|数量""",
        "invoiced_qty": """invoice qty|billed qty|invoiced quantity|quantity billed|qty|quantity|开票数量|发票数量
            |账单数量|结算数量|数量""",
        "received_qty": """received quantity|quantity received|qty received|receipt qty|qty|quantity|实收数量|实收数
            |实收|数量|入库数量|入库数|收货数量|到货数量|验收数量|进货数量|实入数量""",
        "rejected_qty": """rejected|rejected quantity|qty rejected|quantity rejected|拒收数量|拒收数|拒收|不合格数量
            |验退数量""",
        "moved_qty": """moved|change|qty change|quantity change|quantity moved|movement qty|qty|quantity|变动数量
            |变化数量|数量|变动量|增减数量|出入库数量|发生数量|异动数量""",
        "reported_balance_qty": """reported balance|balance|balance after|balance qty|stock after|qty after|结存数量
            |结存|结余数量|变动后数量|变动后库存|变化后数量|操作后库存|剩余库存|库存余额|结存量|即时结存""",
        "book_qty": """book|book quantity|system qty|system quantity|stock qty|expected qty|账面数量|账面数|账面库存
            |帐面数量|系统数量|系统库存|账存数量|库存数量|盘前数量""",
        "counted_qty": """counted|counted quantity|count qty|quantity counted|actual qty|physical qty|qty|quantity
            |实盘数量|实盘数|实盘|盘点数量|盘点数|实际数量|实存数量|初盘数量|数量""",
        "recounted_qty": "recounted|recount qty|recount quantity|second count|复盘数量|复盘数|复盘|二盘数量",
        "on_hand_qty": """on hand|on hand quantity|qty on hand|quantity on hand|stock|stock qty|balance|closing qty
            |qty|quantity|库存数量|库存数|库存|库存量|现存量|当前库存|账面库存|结存数量|期末数量|实时库存|数量""",
        # --- money ---
        "unit_price": """price|order price|purchase price|unit cost|单价|采购单价|采购价|进价|进货价|订货单价|订货价
            |开票单价""",
        "unit_cost": "cost|cost price|cost per unit|average cost|成本单价|成本价|单位成本|平均成本|成本|移动平均价",
        "line_amount": """amount|line total|total|receipt amount|value|金额|入库金额|进货金额|采购金额|小计|行金额
            |合计金额|总金额|成本金额""",
        "invoiced_amount": """amount|invoice amount|billed amount|line total|total|金额|开票金额|发票金额|账单金额
            |结算金额|小计|合计金额""",
        "sale_amount": """sale value|sales amount|sales value|revenue|net sales|销售金额|销售额|零售金额|成交金额
            |实收金额|营业额""",
        "on_hand_amount": """on hand value|stock value|inventory value|value|amount|库存金额|结存金额|期末金额
            |库存成本|成本金额|金额""",
        # --- people, kinds, texts ---
        "created_by": """creator|entered by|prepared by|received by|operator|user|制单人|经办人|创建人|录入人|制单员
            |填单人|开单人|收货人|收货员|操作员|操作人|经手人""",
        "approved_by": """approver|authorised by|authorized by|reviewed by|审核人|审批人|批准人|审核员
            |复核人|核准人|审核者""",
        "counted_by": "counter|count by|盘点人|盘点员|初盘人|盘点人员|实盘人",
        "recounted_by": "recounter|recount by|second counter|复盘人|复盘员|复盘人员|二盘人",
        "changed_by": "modified by|editor|user|修改人|变更人|修改员|操作人|操作员|更改人",
        "operator": "operated by|user|cashier|employee|操作人|操作员|经办人|经手人|制单人|收银员|操作人员",
        "receipt_type": "type|document type|receipt kind|入库类型|入库类别|入库方式|单据类型|业务类型|类型",
        "movement_type": """type|transaction type|document type|movement kind|变动类型|变化类型|业务类型|单据类型
            |出入库类型|出入库类别|异动类型|异动类别|操作类型|类型""",
        "document_type": "type|doc type|document kind|单据类型|单据种类|业务类型|类型",
        "event_type": "event|type|event kind|事件类型|事件|日志类型|操作类型|类型",
        "status": """state|document status|order status|approval status|状态|单据状态|审核状态|订单状态|审批状态
            |商品状态|盘点状态|經營狀態""",
        "round_no": "round|count round|round number|轮次|盘点轮次|盘点次数|第几次盘点",
        "field": "field name|column|attribute|字段|修改字段|变更字段|修改项|变更项|字段名|修改项目",
        "old_value": "old|before|value before|previous value|原值|修改前|旧值|变更前|修改前内容|原内容|更改前",
        "new_value": "new|after|value after|新值|修改后|变更后|修改后内容|新内容|更改后",
        "reason": """reason text|cause|reason code|remark|remarks|note|notes|原因|变动原因|调整原因|修改原因
            |变更原因|报损原因|备注|说明|摘要""",
        "attachment": "attachments|document image|photo|scan|附件|单据照片|单据图片|凭证图片|照片|图片",
        "note": "notes|remark|remarks|comment|comments|memo|备注|说明|摘要|单据备注|行备注",
        "detail": "details|message|description|error message|详情|详细信息|描述|内容|错误信息|备注|说明",
        # --- words that mean this in one table and something else in another ---
        "receipt_line.receipt_no": "document no|document number|doc no|单据号|单据编号|单号|单据号码",
        "receipt_line.unit_cost": """price|unit price|purchase price|单价|进价|进货价|采购价|采购单价|入库单价
            |进货单价""",
        "receipt_line.po_no": "源单号|来源单号|源单编号|关联单号|source document",
        "purchase_order_line.po_no": "document no|document number|doc no|单据号|单据编号|单号|单据号码",
        "purchase_order_line.created_by": "buyer|采购员|采购人|业务员|订货人",
        "delivery_note_line.delivery_note_no": "document no|document number|doc no|单据号|单据编号|单号|单据号码",
        "invoice_line.invoice_no": "document no|document number|doc no|单据号|单据编号|单号|单据号码",
    }
)

# `return` of a movement is a customer's: a supplier's takes away, and the contract rejects a sign against its type.
# Plain 出库, 调拨, 盘点 and "transfer" say no direction and are rejected with their own word as the reason.
_VALUES = _meanings(
    {
        "movement_type": {
            "opening": """opening balance|opening stock|initial|期初|期初库存|期初余额|初始化|期初建账|初始入库
                |期初入库""",
            "receipt": """goods receipt|purchase receipt|purchase|received|grn|stock in|入库|采购入库|收货|收货入库
                |进货|采购进货|验收入库|采购收货|进货入库""",
            "sale": "sales|sold|销售|零售|销售出库|零售出库|前台销售|出售|销货|pos sale",
            "sale_return": """return|refund|sales return|customer return|退货|销售退货|顾客退货|客退|零售退货
                |退货入库|销售退货入库""",
            "purchase_return": """return to supplier|return to vendor|supplier return|rtv|采购退货|退供应商|退供
                |供应商退货|采购退货出库|退货出库|进货退货""",
            "transfer_in": "transfer in|transfer received|调拨入|调入|调拨入库|移入|移库入库|调拨收货",
            "transfer_out": "transfer out|transfer sent|调拨出|调出|调拨出库|移出|移库出库|调拨发货",
            "adjustment": "adjust|stock adjustment|correction|write on|调整|库存调整|调整单|报溢|溢余|成本数量调整",
            "count_gain": "count gain|count surplus|stocktake gain|surplus|gain|盘盈|盘盈入库|盘点盘盈|盘点盈余",
            "count_loss": "count loss|count shortage|stocktake loss|shortage|盘亏|盘亏出库|盘点盘亏|盘点亏损",
            "write_off": """write off|waste|scrap|damage|damaged|spoilage|报损|损耗|报废|报损出库|过期报废|报废出库
                |报损单""",
            "consumption": "consumed|internal use|own use|领用|消耗|自用|内部领用|领用出库|原料消耗|生产领料",
        },
        "receipt_type": {
            "normal": """goods receipt|purchase receipt|receipt|正常|正常入库|采购入库|普通入库|入库|收货|采购收货
                |进货""",
            "late_entry": "late entry|late|re-entry|补单|补录|补单入库|遗失补录|遗失补单|补录入库",
            "return": """returned|return to supplier|return to vendor|退货|采购退货|退供|退供应商|退货出库
                |采购退货出库""",
        },
        "status": {
            "draft": "new|unsubmitted|saved|草稿|未提交|暂存|已保存|新建",
            "pending": """pending approval|submitted|awaiting approval|unapproved|待审核|审核中|待审批|已提交|未审核
                |审批中|待审""",
            "approved": "authorised|authorized|已审核|审核通过|已批准|已审批|审批通过|通过|已审",
            "rejected": "declined|refused|驳回|已驳回|审核不通过|审批不通过|已拒绝|被驳回|不通过",
            "closed": "complete|completed|done|finished|已完成|关闭|已关闭|完成|结案|已结案|已结束|全部到货",
            "cancelled": "canceled|void|voided|deleted|作废|已作废|取消|已取消|已删除|废弃",
            "active": "enabled|on sale|正常|在售|启用|在用|上架|已上架|可售|经营中",
            "discontinued": "inactive|disabled|delisted|停售|停用|下架|已下架|淘汰|禁用|停产|停止销售|停进停售",
            "open": "counting|in progress|进行中|盘点中|未完成|待盘点",
        },
        # Approval ends a receipt and a count; an order lives on until its goods have come.
        "receipt_line.status": {
            "approved": """posted|received|closed|complete|completed|done|已入库|已收货|已验收|已记账|已过账|已完成
                |完成|关闭|已关闭""",
        },
        "count_line.status": {
            "approved": "posted|closed|complete|completed|done|已完成|完成|已记账|关闭|已关闭|已结束"
        },
        "purchase_order_line.status": {
            "closed": "received|fully received|已入库|全部入库|已收货|全部收货|已到货",
            "approved": "partially received|ordered|部分入库|部分收货|部分到货|已下单",
        },
        "location_type": {
            "store": "shop|retail store|branch|outlet|门店|店铺|直营店|加盟店|分店|零售店|门市",
            "warehouse": "depot|distribution centre|distribution center|dc|仓库|总仓|配送中心|中心仓|总部仓库|大仓",
            "transit": "in transit|在途|在途仓|在途库|虚拟在途仓",
        },
        "event_type": {
            "submit_failed": "submit failed|upload failed|submission failed|提交失败|上传失败|保存失败",
            "sync_delayed": "sync delayed|delayed|同步延迟|延迟同步|延迟上传|同步超时",
            "offline_upload": "offline upload|offline|离线上传|离线补传|断网上传|断网补传|离线同步",
            "login": "log in|sign in|logged in|登录|登陆|用户登录|登入",
        },
        "is_batch_tracked": {
            "true": "batch|tracked|启用|已启用|批次管理|按批次|需要",
            "false": "none|untracked|不启用|未启用|停用|不管理|不需要",
        },
        "is_active": {
            "true": "active|enabled|启用|已启用|在用|正常|有效|在职|使用中",
            "false": "inactive|disabled|停用|已停用|未启用|禁用|无效|离职|已离职|注销|冻结",
        },
    }
)

source = Source(
    name="native",
    title="Core tables as files",
    title_zh="核心表文件",
    vocabulary=Vocabulary(tables=_TABLES, columns=_COLUMNS, values=_VALUES),
    # The key of a sample or a simulation lies beside its files.
    not_data=("answer_key.csv", "causes.csv", "manifest.json"),
)
