import { describe, expect, test } from "vitest";
import { LineFolder } from "../../src/training/record.ts";

describe("a training's log", () => {
  const folded = (...chunks: (string | Uint8Array)[]) => {
    const lines: string[] = [];
    const folder = new LineFolder((line) => void lines.push(line));
    for (const chunk of chunks) folder.push(typeof chunk === "string" ? new TextEncoder().encode(chunk) : chunk);
    folder.end();
    return lines;
  };

  test("of a bar that is redrawn keeps the last state", () => {
    expect(folded("10%\r50%\r100%\n", "done\n")).toEqual(["100%", "done"]);
    expect(folded("10%\r", "50%\r", "\r\n")).toEqual(["50%"]);
    expect(folded("windows\r\nlines\r\n")).toEqual(["windows", "lines"]);
    expect(folded("no end")).toEqual(["no end"]);
    expect(folded("")).toEqual([]);
  });

  test("loses its colours and titles, and no character that was cut in two", () => {
    expect(folded("\u001b[1;31mred\u001b[0m \u001b]0;title\u0007plain\n")).toEqual(["red plain"]);
    const bytes = new TextEncoder().encode("grün\n");
    expect(folded(bytes.subarray(0, 3), bytes.subarray(3))).toEqual(["grün"]);
    expect(folded(Uint8Array.of(0xff, 0x0a))).toEqual(["\ufffd"]);
  });

  test("does not grow without an end", () => {
    const lines: string[] = [];
    const folder = new LineFolder((line) => void lines.push(line));
    for (let i = 0; i < 1000; i += 1) folder.push(new TextEncoder().encode(`${"x".repeat(1000)}\r`));
    folder.end();
    expect(lines).toEqual(["x".repeat(1000)]);
  });
});
