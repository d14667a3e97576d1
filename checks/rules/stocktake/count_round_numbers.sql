/*
title = "Count full of round numbers"
title_zh = "盘点数尾数过于整齐"
severity = "low"
assertion = "accuracy"
why = "Counted goods seldom come to round numbers: so many of them may mean that quantities were estimated."
why_zh = "逐件清点很少得到整数；整数过多，可能说明数量是估计的。"
fix = "Let somebody else count a few of these products again, the dearest first, before the differences are posted."
fix_zh = "差异入账前，另派人抽盘其中几个商品，先盘金额大的。"
message = "Count {document_no} by {counted_by}: {round_lines} of {line_count} quantities are multiples of {multiple}, where {expected_round_lines} were to be expected"
message_zh = "盘点单 {document_no}（盘点人 {counted_by}）：{line_count} 项数量中有 {round_lines} 项是 {multiple} 的倍数，按账面应约为 {expected_round_lines} 项"
grain = ["location_code", "document_no", "counted_by"]
population = "SELECT * FROM mart.count_take WHERE counted_qty >= 10"
needs = ["book_qty"]
not_applicable = "No count has quantities of ten or more with a book beside them."
not_applicable_zh = "没有实盘数不少于 10 且有账面数可比的盘点。"

[params]
min_lines = 30
critical = 15.13
min_excess_share = 0.1

[param_notes]
min_lines = "Fewer quantities of ten or more prove nothing."
critical = "Critical value of z squared: 15.13 is passed by chance once in 10,000 counts, 10.83 once in 1,000."
min_excess_share = "Excess over what was to be expected, as a share of all quantities, from which on it matters."

[param_notes_zh]
min_lines = "十件及以上的数量少于此行数时不能说明问题。"
critical = "z² 的临界值：15.13 表示每一万次盘点偶然出现一次，10.83 表示每一千次一次。"
min_excess_share = "整数比例超出应有比例多少才值得报告。"
*/
-- One-sided test of a proportion, normal approximation: z² = (k − e)² · n / (e · (n − e)), for k multiples among n
-- quantities of ten or more, and e expected. Of last digits one in ten is 0 and one in five is 0 or 5 (Nigrini, Forensic
-- Analytics, 2nd ed., 2020, number duplication and last-two-digits tests). Goods that come in packs are round by nature: e is
-- not below the number of round ones among the book quantities of the same lines, and without a book nothing is said.
WITH line AS (
    SELECT
        location_code,
        count_no,
        counted_by,
        counted_at,
        counted_qty,
        book_qty,
        ABS(counted_qty - book_qty) * unit_cost AS difference_value,
        counted_qty % 10 = 0 AS is_ten,
        counted_qty % 5 = 0 AS is_five,
        book_qty <> 0 AND book_qty % 10 = 0 AS is_book_ten,
        book_qty <> 0 AND book_qty % 5 = 0 AS is_book_five,
        file_id,
        row_no
    FROM mart.count_take
    WHERE counted_qty >= 10 AND book_qty IS NOT NULL
),

sheet AS (
    SELECT
        location_code,
        count_no,
        counted_by,
        MIN(counted_at) AS counted_at,
        CAST(COUNT(*) AS DECIMAL(9, 1)) AS n,
        CAST(COUNT(*) FILTER (WHERE is_ten) AS DECIMAL(9, 1)) AS tens,
        CAST(COUNT(*) FILTER (WHERE is_five) AS DECIMAL(9, 1)) AS fives,
        CAST(GREATEST(COUNT(*) * 0.1, COUNT(*) FILTER (WHERE is_book_ten)) AS DECIMAL(9, 1)) AS expected_tens,
        CAST(GREATEST(COUNT(*) * 0.2, COUNT(*) FILTER (WHERE is_book_five)) AS DECIMAL(9, 1)) AS expected_fives,
        SUM(difference_value) FILTER (WHERE is_ten) AS ten_value,
        SUM(difference_value) FILTER (WHERE is_five) AS five_value,
        MIN(file_id) AS file_id,
        MIN(row_no) AS row_no
    FROM line
    GROUP BY location_code, count_no, counted_by
    HAVING COUNT(*) >= $min_lines
),

judged AS (
    SELECT
        *,
        tens - expected_tens >= CAST($min_excess_share AS DECIMAL(9, 6)) * n
        AND (tens - expected_tens) * (tens - expected_tens) * n
        > CAST($critical AS DECIMAL(9, 4)) * expected_tens * (n - expected_tens) AS is_ten,
        fives - expected_fives >= CAST($min_excess_share AS DECIMAL(9, 6)) * n
        AND (fives - expected_fives) * (fives - expected_fives) * n
        > CAST($critical AS DECIMAL(9, 4)) * expected_fives * (n - expected_fives) AS is_five
    FROM sheet
),

-- Quantities rounded to fives are round tens every second time: reported is what goes further beyond expectation.
reported AS (
    SELECT *, is_ten AND (NOT is_five OR tens - expected_tens >= fives - expected_fives) AS by_ten
    FROM judged
    WHERE is_ten OR is_five
)

SELECT
    location_code,
    count_no AS document_no,
    CAST(counted_at AS DATE) AS occurred_date,
    CAST(CASE WHEN by_ten THEN ten_value ELSE five_value END AS DECIMAL(18, 4)) AS amount_at_risk,
    counted_by,
    CASE WHEN by_ten THEN 10 ELSE 5 END AS multiple,
    CAST(n AS INTEGER) AS line_count,
    CAST(CASE WHEN by_ten THEN tens ELSE fives END AS INTEGER) AS round_lines,
    CASE WHEN by_ten THEN expected_tens ELSE expected_fives END AS expected_round_lines,
    CAST(tens AS INTEGER) AS multiples_of_ten,
    CAST(fives AS INTEGER) AS multiples_of_five,
    file_id,
    row_no
FROM reported;
/* cases
[[case]]
name = "tens by one counter, fives by another, of books that are not round"
expect = [
  { document_no = "C1", counted_by = "E1", multiple = 10, line_count = 30, round_lines = 22, expected_round_lines = 3 },
  { document_no = "C2", counted_by = "E2", multiple = 5, line_count = 30, round_lines = 26, expected_round_lines = 6 },
]
tables.count_line = '''
location_code | count_no | line_no | product_code | counted_at          | book_qty | counted_qty | counted_by
S01           | C1       | 1       | P1           | 2025-03-03 20:00:00 | 11       | 10          | E1
S01           | C1       | 2       | P2           | 2025-03-03 20:00:00 | 18       | 20          | E1
S01           | C1       | 3       | P3           | 2025-03-03 20:00:00 | 25       | 20          | E1
S01           | C1       | 4       | P4           | 2025-03-03 20:00:00 | 32       | 30          | E1
S01           | C1       | 5       | P5           | 2025-03-03 20:00:00 | 39       | 40          | E1
S01           | C1       | 6       | P6           | 2025-03-03 20:00:00 | 46       | 50          | E1
S01           | C1       | 7       | P7           | 2025-03-03 20:00:00 | 53       | 50          | E1
S01           | C1       | 8       | P8           | 2025-03-03 20:00:00 | 60       | 60          | E1
S01           | C1       | 9       | P9           | 2025-03-03 20:00:00 | 14       | 10          | E1
S01           | C1       | 10      | P10          | 2025-03-03 20:00:00 | 21       | 20          | E1
S01           | C1       | 11      | P11          | 2025-03-03 20:00:00 | 28       | 30          | E1
S01           | C1       | 12      | P12          | 2025-03-03 20:00:00 | 35       | 40          | E1
S01           | C1       | 13      | P13          | 2025-03-03 20:00:00 | 42       | 40          | E1
S01           | C1       | 14      | P14          | 2025-03-03 20:00:00 | 49       | 50          | E1
S01           | C1       | 15      | P15          | 2025-03-03 20:00:00 | 56       | 60          | E1
S01           | C1       | 16      | P16          | 2025-03-03 20:00:00 | 63       | 60          | E1
S01           | C1       | 17      | P17          | 2025-03-03 20:00:00 | 17       | 20          | E1
S01           | C1       | 18      | P18          | 2025-03-03 20:00:00 | 24       | 20          | E1
S01           | C1       | 19      | P19          | 2025-03-03 20:00:00 | 31       | 30          | E1
S01           | C1       | 20      | P20          | 2025-03-03 20:00:00 | 38       | 40          | E1
S01           | C1       | 21      | P21          | 2025-03-03 20:00:00 | 45       | 47          | E1
S01           | C1       | 22      | P22          | 2025-03-03 20:00:00 | 52       | 52          | E1
S01           | C1       | 23      | P23          | 2025-03-03 20:00:00 | 59       | 60          | E1
S01           | C1       | 24      | P24          | 2025-03-03 20:00:00 | 13       | 15          | E1
S01           | C1       | 25      | P25          | 2025-03-03 20:00:00 | 20       | 20          | E1
S01           | C1       | 26      | P26          | 2025-03-03 20:00:00 | 27       | 28          | E1
S01           | C1       | 27      | P27          | 2025-03-03 20:00:00 | 34       | 36          | E1
S01           | C1       | 28      | P28          | 2025-03-03 20:00:00 | 41       | 41          | E1
S01           | C1       | 29      | P29          | 2025-03-03 20:00:00 | 48       | 49          | E1
S01           | C1       | 30      | P30          | 2025-03-03 20:00:00 | 55       | 57          | E1
S01           | C2       | 1       | P1           | 2025-03-03 20:00:00 | 11       | 10          | E2
S01           | C2       | 2       | P2           | 2025-03-03 20:00:00 | 18       | 20          | E2
S01           | C2       | 3       | P3           | 2025-03-03 20:00:00 | 25       | 25          | E2
S01           | C2       | 4       | P4           | 2025-03-03 20:00:00 | 32       | 30          | E2
S01           | C2       | 5       | P5           | 2025-03-03 20:00:00 | 39       | 40          | E2
S01           | C2       | 6       | P6           | 2025-03-03 20:00:00 | 46       | 45          | E2
S01           | C2       | 7       | P7           | 2025-03-03 20:00:00 | 53       | 55          | E2
S01           | C2       | 8       | P8           | 2025-03-03 20:00:00 | 60       | 60          | E2
S01           | C2       | 9       | P9           | 2025-03-03 20:00:00 | 14       | 15          | E2
S01           | C2       | 10      | P10          | 2025-03-03 20:00:00 | 21       | 20          | E2
S01           | C2       | 11      | P11          | 2025-03-03 20:00:00 | 28       | 30          | E2
S01           | C2       | 12      | P12          | 2025-03-03 20:00:00 | 35       | 35          | E2
S01           | C2       | 13      | P13          | 2025-03-03 20:00:00 | 42       | 40          | E2
S01           | C2       | 14      | P14          | 2025-03-03 20:00:00 | 49       | 50          | E2
S01           | C2       | 15      | P15          | 2025-03-03 20:00:00 | 56       | 55          | E2
S01           | C2       | 16      | P16          | 2025-03-03 20:00:00 | 63       | 65          | E2
S01           | C2       | 17      | P17          | 2025-03-03 20:00:00 | 17       | 15          | E2
S01           | C2       | 18      | P18          | 2025-03-03 20:00:00 | 24       | 25          | E2
S01           | C2       | 19      | P19          | 2025-03-03 20:00:00 | 31       | 30          | E2
S01           | C2       | 20      | P20          | 2025-03-03 20:00:00 | 38       | 40          | E2
S01           | C2       | 21      | P21          | 2025-03-03 20:00:00 | 45       | 45          | E2
S01           | C2       | 22      | P22          | 2025-03-03 20:00:00 | 52       | 50          | E2
S01           | C2       | 23      | P23          | 2025-03-03 20:00:00 | 59       | 60          | E2
S01           | C2       | 24      | P24          | 2025-03-03 20:00:00 | 13       | 15          | E2
S01           | C2       | 25      | P25          | 2025-03-03 20:00:00 | 20       | 20          | E2
S01           | C2       | 26      | P26          | 2025-03-03 20:00:00 | 27       | 27          | E2
S01           | C2       | 27      | P27          | 2025-03-03 20:00:00 | 34       | 34          | E2
S01           | C2       | 28      | P28          | 2025-03-03 20:00:00 | 41       | 41          | E2
S01           | C2       | 29      | P29          | 2025-03-03 20:00:00 | 48       | 48          | E2
S01           | C2       | 30      | P30          | 2025-03-03 20:00:00 | 55       | 55          | E2
'''

[[case]]
name = "honest counts; goods in packs; too few; quantities below ten; without a book"
expect = []
tables.count_line = '''
location_code | count_no | line_no | product_code | counted_at          | book_qty | counted_qty | counted_by
S01           | C1       | 1       | P1           | 2025-03-03 20:00:00 | 11       | 10          | E1
S01           | C1       | 2       | P2           | 2025-03-03 20:00:00 | 18       | 18          | E1
S01           | C1       | 3       | P3           | 2025-03-03 20:00:00 | 25       | 25          | E1
S01           | C1       | 4       | P4           | 2025-03-03 20:00:00 | 32       | 32          | E1
S01           | C1       | 5       | P5           | 2025-03-03 20:00:00 | 39       | 39          | E1
S01           | C1       | 6       | P6           | 2025-03-03 20:00:00 | 46       | 46          | E1
S01           | C1       | 7       | P7           | 2025-03-03 20:00:00 | 53       | 52          | E1
S01           | C1       | 8       | P8           | 2025-03-03 20:00:00 | 60       | 60          | E1
S01           | C1       | 9       | P9           | 2025-03-03 20:00:00 | 14       | 14          | E1
S01           | C1       | 10      | P10          | 2025-03-03 20:00:00 | 21       | 21          | E1
S01           | C1       | 11      | P11          | 2025-03-03 20:00:00 | 28       | 28          | E1
S01           | C1       | 12      | P12          | 2025-03-03 20:00:00 | 35       | 35          | E1
S01           | C1       | 13      | P13          | 2025-03-03 20:00:00 | 42       | 41          | E1
S01           | C1       | 14      | P14          | 2025-03-03 20:00:00 | 49       | 49          | E1
S01           | C1       | 15      | P15          | 2025-03-03 20:00:00 | 56       | 56          | E1
S01           | C1       | 16      | P16          | 2025-03-03 20:00:00 | 63       | 63          | E1
S01           | C1       | 17      | P17          | 2025-03-03 20:00:00 | 17       | 17          | E1
S01           | C1       | 18      | P18          | 2025-03-03 20:00:00 | 24       | 24          | E1
S01           | C1       | 19      | P19          | 2025-03-03 20:00:00 | 31       | 30          | E1
S01           | C1       | 20      | P20          | 2025-03-03 20:00:00 | 38       | 38          | E1
S01           | C1       | 21      | P21          | 2025-03-03 20:00:00 | 45       | 45          | E1
S01           | C1       | 22      | P22          | 2025-03-03 20:00:00 | 52       | 52          | E1
S01           | C1       | 23      | P23          | 2025-03-03 20:00:00 | 59       | 59          | E1
S01           | C1       | 24      | P24          | 2025-03-03 20:00:00 | 13       | 13          | E1
S01           | C1       | 25      | P25          | 2025-03-03 20:00:00 | 20       | 19          | E1
S01           | C1       | 26      | P26          | 2025-03-03 20:00:00 | 27       | 27          | E1
S01           | C1       | 27      | P27          | 2025-03-03 20:00:00 | 34       | 34          | E1
S01           | C1       | 28      | P28          | 2025-03-03 20:00:00 | 41       | 41          | E1
S01           | C1       | 29      | P29          | 2025-03-03 20:00:00 | 48       | 48          | E1
S01           | C1       | 30      | P30          | 2025-03-03 20:00:00 | 55       | 55          | E1
S01           | C2       | 1       | P1           | 2025-03-03 20:00:00 | 30       | 30          | E2
S01           | C2       | 2       | P2           | 2025-03-03 20:00:00 | 20       | 20          | E2
S01           | C2       | 3       | P3           | 2025-03-03 20:00:00 | 30       | 30          | E2
S01           | C2       | 4       | P4           | 2025-03-03 20:00:00 | 40       | 40          | E2
S01           | C2       | 5       | P5           | 2025-03-03 20:00:00 | 50       | 50          | E2
S01           | C2       | 6       | P6           | 2025-03-03 20:00:00 | 54       | 54          | E2
S01           | C2       | 7       | P7           | 2025-03-03 20:00:00 | 70       | 70          | E2
S01           | C2       | 8       | P8           | 2025-03-03 20:00:00 | 10       | 10          | E2
S01           | C2       | 9       | P9           | 2025-03-03 20:00:00 | 20       | 20          | E2
S01           | C2       | 10      | P10          | 2025-03-03 20:00:00 | 30       | 30          | E2
S01           | C2       | 11      | P11          | 2025-03-03 20:00:00 | 78       | 78          | E2
S01           | C2       | 12      | P12          | 2025-03-03 20:00:00 | 50       | 50          | E2
S01           | C2       | 13      | P13          | 2025-03-03 20:00:00 | 60       | 60          | E2
S01           | C2       | 14      | P14          | 2025-03-03 20:00:00 | 70       | 70          | E2
S01           | C2       | 15      | P15          | 2025-03-03 20:00:00 | 10       | 10          | E2
S01           | C2       | 16      | P16          | 2025-03-03 20:00:00 | 102      | 102         | E2
S01           | C2       | 17      | P17          | 2025-03-03 20:00:00 | 30       | 30          | E2
S01           | C2       | 18      | P18          | 2025-03-03 20:00:00 | 40       | 40          | E2
S01           | C2       | 19      | P19          | 2025-03-03 20:00:00 | 50       | 50          | E2
S01           | C2       | 20      | P20          | 2025-03-03 20:00:00 | 60       | 60          | E2
S01           | C2       | 21      | P21          | 2025-03-03 20:00:00 | 30       | 30          | E2
S01           | C2       | 22      | P22          | 2025-03-03 20:00:00 | 10       | 10          | E2
S01           | C2       | 23      | P23          | 2025-03-03 20:00:00 | 20       | 20          | E2
S01           | C2       | 24      | P24          | 2025-03-03 20:00:00 | 30       | 30          | E2
S01           | C2       | 25      | P25          | 2025-03-03 20:00:00 | 40       | 40          | E2
S01           | C2       | 26      | P26          | 2025-03-03 20:00:00 | 54       | 54          | E2
S01           | C2       | 27      | P27          | 2025-03-03 20:00:00 | 60       | 60          | E2
S01           | C2       | 28      | P28          | 2025-03-03 20:00:00 | 70       | 70          | E2
S01           | C2       | 29      | P29          | 2025-03-03 20:00:00 | 10       | 10          | E2
S01           | C2       | 30      | P30          | 2025-03-03 20:00:00 | 20       | 20          | E2
S01           | C3       | 1       | P1           | 2025-03-03 20:00:00 | 11       | 10          | E3
S01           | C3       | 2       | P2           | 2025-03-03 20:00:00 | 18       | 20          | E3
S01           | C3       | 3       | P3           | 2025-03-03 20:00:00 | 25       | 20          | E3
S01           | C3       | 4       | P4           | 2025-03-03 20:00:00 | 32       | 30          | E3
S01           | C3       | 5       | P5           | 2025-03-03 20:00:00 | 39       | 40          | E3
S01           | C3       | 6       | P6           | 2025-03-03 20:00:00 | 46       | 50          | E3
S01           | C3       | 7       | P7           | 2025-03-03 20:00:00 | 53       | 50          | E3
S01           | C3       | 8       | P8           | 2025-03-03 20:00:00 | 60       | 60          | E3
S01           | C3       | 9       | P9           | 2025-03-03 20:00:00 | 14       | 10          | E3
S01           | C3       | 10      | P10          | 2025-03-03 20:00:00 | 21       | 20          | E3
S01           | C3       | 11      | P11          | 2025-03-03 20:00:00 | 28       | 30          | E3
S01           | C3       | 12      | P12          | 2025-03-03 20:00:00 | 35       | 40          | E3
S01           | C3       | 13      | P13          | 2025-03-03 20:00:00 | 42       | 40          | E3
S01           | C3       | 14      | P14          | 2025-03-03 20:00:00 | 49       | 50          | E3
S01           | C3       | 15      | P15          | 2025-03-03 20:00:00 | 56       | 60          | E3
S01           | C3       | 16      | P16          | 2025-03-03 20:00:00 | 63       | 60          | E3
S01           | C3       | 17      | P17          | 2025-03-03 20:00:00 | 17       | 20          | E3
S01           | C3       | 18      | P18          | 2025-03-03 20:00:00 | 24       | 20          | E3
S01           | C3       | 19      | P19          | 2025-03-03 20:00:00 | 31       | 30          | E3
S01           | C3       | 20      | P20          | 2025-03-03 20:00:00 | 38       | 40          | E3
S01           | C4       | 1       | P1           | 2025-03-03 20:00:00 | 1        | 5           | E4
S01           | C4       | 2       | P2           | 2025-03-03 20:00:00 | 2        | 5           | E4
S01           | C4       | 3       | P3           | 2025-03-03 20:00:00 | 3        | 5           | E4
S01           | C4       | 4       | P4           | 2025-03-03 20:00:00 | 4        | 5           | E4
S01           | C4       | 5       | P5           | 2025-03-03 20:00:00 | 5        | 5           | E4
S01           | C4       | 6       | P6           | 2025-03-03 20:00:00 | 6        | 5           | E4
S01           | C4       | 7       | P7           | 2025-03-03 20:00:00 | 7        | 5           | E4
S01           | C4       | 8       | P8           | 2025-03-03 20:00:00 | 8        | 5           | E4
S01           | C4       | 9       | P9           | 2025-03-03 20:00:00 | 9        | 5           | E4
S01           | C4       | 10      | P10          | 2025-03-03 20:00:00 | 1        | 5           | E4
S01           | C4       | 11      | P11          | 2025-03-03 20:00:00 | 2        | 5           | E4
S01           | C4       | 12      | P12          | 2025-03-03 20:00:00 | 3        | 5           | E4
S01           | C4       | 13      | P13          | 2025-03-03 20:00:00 | 4        | 5           | E4
S01           | C4       | 14      | P14          | 2025-03-03 20:00:00 | 5        | 5           | E4
S01           | C4       | 15      | P15          | 2025-03-03 20:00:00 | 6        | 5           | E4
S01           | C4       | 16      | P16          | 2025-03-03 20:00:00 | 7        | 5           | E4
S01           | C4       | 17      | P17          | 2025-03-03 20:00:00 | 8        | 5           | E4
S01           | C4       | 18      | P18          | 2025-03-03 20:00:00 | 9        | 5           | E4
S01           | C4       | 19      | P19          | 2025-03-03 20:00:00 | 1        | 5           | E4
S01           | C4       | 20      | P20          | 2025-03-03 20:00:00 | 2        | 5           | E4
S01           | C4       | 21      | P21          | 2025-03-03 20:00:00 | 3        | 5           | E4
S01           | C4       | 22      | P22          | 2025-03-03 20:00:00 | 4        | 5           | E4
S01           | C4       | 23      | P23          | 2025-03-03 20:00:00 | 5        | 5           | E4
S01           | C4       | 24      | P24          | 2025-03-03 20:00:00 | 6        | 5           | E4
S01           | C4       | 25      | P25          | 2025-03-03 20:00:00 | 7        | 5           | E4
S01           | C4       | 26      | P26          | 2025-03-03 20:00:00 | 8        | 5           | E4
S01           | C4       | 27      | P27          | 2025-03-03 20:00:00 | 9        | 5           | E4
S01           | C4       | 28      | P28          | 2025-03-03 20:00:00 | 1        | 5           | E4
S01           | C4       | 29      | P29          | 2025-03-03 20:00:00 | 2        | 5           | E4
S01           | C4       | 30      | P30          | 2025-03-03 20:00:00 | 3        | 5           | E4
S01           | C5       | 1       | P1           | 2025-03-03 20:00:00 |          | 10          | E5
S01           | C5       | 2       | P2           | 2025-03-03 20:00:00 |          | 20          | E5
S01           | C5       | 3       | P3           | 2025-03-03 20:00:00 |          | 20          | E5
S01           | C5       | 4       | P4           | 2025-03-03 20:00:00 |          | 30          | E5
S01           | C5       | 5       | P5           | 2025-03-03 20:00:00 |          | 40          | E5
S01           | C5       | 6       | P6           | 2025-03-03 20:00:00 |          | 50          | E5
S01           | C5       | 7       | P7           | 2025-03-03 20:00:00 |          | 50          | E5
S01           | C5       | 8       | P8           | 2025-03-03 20:00:00 |          | 60          | E5
S01           | C5       | 9       | P9           | 2025-03-03 20:00:00 |          | 10          | E5
S01           | C5       | 10      | P10          | 2025-03-03 20:00:00 |          | 20          | E5
S01           | C5       | 11      | P11          | 2025-03-03 20:00:00 |          | 30          | E5
S01           | C5       | 12      | P12          | 2025-03-03 20:00:00 |          | 40          | E5
S01           | C5       | 13      | P13          | 2025-03-03 20:00:00 |          | 40          | E5
S01           | C5       | 14      | P14          | 2025-03-03 20:00:00 |          | 50          | E5
S01           | C5       | 15      | P15          | 2025-03-03 20:00:00 |          | 60          | E5
S01           | C5       | 16      | P16          | 2025-03-03 20:00:00 |          | 60          | E5
S01           | C5       | 17      | P17          | 2025-03-03 20:00:00 |          | 20          | E5
S01           | C5       | 18      | P18          | 2025-03-03 20:00:00 |          | 20          | E5
S01           | C5       | 19      | P19          | 2025-03-03 20:00:00 |          | 30          | E5
S01           | C5       | 20      | P20          | 2025-03-03 20:00:00 |          | 40          | E5
S01           | C5       | 21      | P21          | 2025-03-03 20:00:00 |          | 47          | E5
S01           | C5       | 22      | P22          | 2025-03-03 20:00:00 |          | 52          | E5
S01           | C5       | 23      | P23          | 2025-03-03 20:00:00 |          | 60          | E5
S01           | C5       | 24      | P24          | 2025-03-03 20:00:00 |          | 15          | E5
S01           | C5       | 25      | P25          | 2025-03-03 20:00:00 |          | 20          | E5
S01           | C5       | 26      | P26          | 2025-03-03 20:00:00 |          | 28          | E5
S01           | C5       | 27      | P27          | 2025-03-03 20:00:00 |          | 36          | E5
S01           | C5       | 28      | P28          | 2025-03-03 20:00:00 |          | 41          | E5
S01           | C5       | 29      | P29          | 2025-03-03 20:00:00 |          | 49          | E5
S01           | C5       | 30      | P30          | 2025-03-03 20:00:00 |          | 57          | E5
'''
*/
