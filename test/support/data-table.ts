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

/** The same rows as JSON Lines; JSON has no number that is none, but a text that stands for it. */
export const tableAsJson = [
  '{"id":1,"who":"ada","amount":0.1,"big":9007199254740993,"ok":true,"day":"2026-01-01","at":"2026-01-01 10:00:00"}',
  String.raw`{"id":2,"who":"bob \"b\" O'Neil","amount":2.5,"big":2,"ok":false,"day":"2026-01-02","at":"2026-01-01T12:00:00+02:00"}`,
  '{"id":3,"who":null,"amount":null}',
  String.raw`{"id":4,"who":"two\nlines","amount":-7,"big":4,"ok":true,"day":"2026-01-04","at":"2026-01-04 00:00:00.250"}`,
  String.raw`{"id":5,"who":"\u017c\u00f3\u0142w","amount":"NaN","big":5,"ok":false,"day":"2026-01-05","at":"2026-01-05T00:00:00Z"}`,
  '{"id":2,"who":"ada","amount":2.5,"big":2,"ok":true,"day":"2026-01-02","at":"2026-01-02T00:00"}',
  '{"at":"2026-01-07","day":"2026-01-07","ok":true,"big":7,"amount":1e300,"who":"ada","id":2}',
].join("\n");
