import { expect, test } from "vitest";
import { escapeHtml, escapeMarkdown, escapePlain, escapeXml, visible } from "../../src/report/escape.ts";

test("control characters, overrides and zero-width characters are shown by name", () => {
  expect(visible("a\nb\tc\u0000\u007f")).toBe("a↵b␉c␀␡");
  expect(visible("user\u202Etxt.exe")).toBe("user⟨U+202E⟩txt.exe");
  expect(visible("pay\u200Bpal \uFEFF \u00AD \u{E0041}")).toBe("pay⟨U+200B⟩pal ⟨U+FEFF⟩ ⟨U+00AD⟩ ⟨U+E0041⟩");
  expect(visible("half \uD800 pair")).toBe("half ⟨U+D800⟩ pair");
});

test("letters of every script stay as they are", () => {
  expect(visible("Größe 重量 وزن 🚀")).toBe("Größe 重量 وزن 🚀");
});

test("HTML text cannot become a tag or leave an attribute", () => {
  expect(escapeHtml(`"><script>'\`&`)).toBe("&quot;&gt;&lt;script&gt;&#39;&#96;&amp;");
});

test("XML text holds no character that XML forbids", () => {
  expect(escapeXml("<a b='c'>\u0001\u000b")).toBe("&lt;a b=&#39;c&#39;&gt;␁␋");
});

test("markdown syntax is written as entities", () => {
  expect(escapeMarkdown("a|b`c`*d*_e_[f](g)")).toBe("a&#124;b&#96;c&#96;&#42;d&#42;&#95;e&#95;&#91;f&#93;&#40;g&#41;");
  expect(escapeMarkdown("<b>&amp;")).toBe("&#60;b&#62;&#38;amp;");
  expect(escapeMarkdown("$x$")).toBe("<span>$</span>x<span>$</span>");
});

test("nobody is mentioned and nothing becomes a link", () => {
  expect(escapeMarkdown("@team")).toBe("@&#8203;team");
  expect(escapeMarkdown("fixes #12, GH-7")).toBe("fixes &#35;&#8203;12, GH&#8203;-7");
  expect(escapeMarkdown("https://a.b www.a.b mailto:a")).toBe("https:&#8203;//a.b www&#8203;.a.b mailto:&#8203;a");
  expect(escapeMarkdown(":tada:")).toBe(":&#8203;tada:");
  expect(escapePlain("@team https://a.b")).toBe("@\u200bteam https:\u200b//a.b");
});

test("a place with line and column stays readable", () => {
  expect(escapeMarkdown("contract.yaml:41:7")).toBe("contract.yaml:41:7");
});
