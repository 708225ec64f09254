/** Seven rows that hold what goes wrong: nulls, ties, quotes, NaN, a whole number beyond 2^53, repeated keys. */
export const tableAsCsv = [
  "id,who,amount,big,ok,day,at",
  "1,ada,0.1,9007199254740993,true,2026-01-01,2026-01-01 10:00:00",
  '2,"bob ""b"" O\'Neil",2.5,2,false,2026-01-02,2026-01-01T12:00:00+02:00',
  "3,,,,,,",
  '4,"two\nlines",-7,4,true,2026-01-04,2026-01-04 00:00:00.250',
  "5,żółw,nan,5,false,2026-01-05,2026-01-05 00:00:00",
  "2,ada,2.5,2,true,2026-01-02,2026-01-02 00:00:00",
  "2,ada,1e300,7,true,2026-01-07,2026-01-07 00:00:00",
].join("\n");

/** The same rows as a SELECT. */
export const tableAsSelect = `SELECT * FROM (VALUES
  (1::BIGINT, 'ada', 0.1::DOUBLE, 9007199254740993::BIGINT, true, DATE '2026-01-01', TIMESTAMP '2026-01-01 10:00:00'),
  (2, 'bob "b" O''Neil', 2.5, 2, false, '2026-01-02', '2026-01-01 10:00:00'),
  (3, NULL, NULL, NULL, NULL, NULL, NULL),
  (4, 'two' || chr(10) || 'lines', -7, 4, true, '2026-01-04', '2026-01-04 00:00:00.250'),
  (5, 'żółw', 'nan', 5, false, '2026-01-05', '2026-01-05 00:00:00'),
  (2, 'ada', 2.5, 2, true, '2026-01-02', '2026-01-02 00:00:00'),
  (2, 'ada', 1e300, 7, true, '2026-01-07', '2026-01-07 00:00:00')) t(id, who, amount, big, ok, day, "at")`;
