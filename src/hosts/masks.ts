const shortest = 4;
/** A variable's value that is shorter is a word as likely as a secret. */
const shortestValue = 6;

/**
 * A secret and the forms it is commonly printed in: base64 (alone, and within something longer, as in `user:password`), URL-encoded, as a JSON
 * string's inside, and each of its lines.
 */
export function secretForms(secret: string): readonly string[] {
  const lines = secret
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line.length >= shortest);
  const whole = [secret.trim(), ...lines];
  const forms = whole.flatMap((text) => [
    text,
    Buffer.from(text).toString("base64"),
    Buffer.from(text).toString("base64url"),
    ...[0, 1, 2].map((offset) => base64Within(text, offset)).filter((form) => form.length >= 2 * shortest),
    encodeURIComponent(text),
    JSON.stringify(text).slice(1, -1),
  ]);
  return [...new Set(forms)].filter((form) => form.length >= shortest);
}

/** The characters of base64 that hold nothing but the text, when it begins so many bytes after a group of three. */
function base64Within(text: string, offset: number): string {
  const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(text)]);
  const wholeGroups = Math.floor(bytes.byteLength / 3) * 4;
  return bytes.toString("base64").slice(offset === 0 ? 0 : offset + 1, wholeGroups);
}

const secretName =
  /(^|_)(TOKEN|SECRETS?|PASSWORD|PASSWD|PASSPHRASE|CREDENTIALS?|(API|ACCESS|PRIVATE|DEPLOY|SSH|SIGNING|ENCRYPTION|ACCOUNT|SERVICE)_?KEY)(_|$)/i;
/** What names a thing instead of being it; inputs have their own mark. */
const otherName = /^(INPUT|STATE)_|_(FILE|PATH|DIR|URL|URI|ID|NAME|SOCK)$/i;
const addressPassword = /[a-z][a-z0-9+.-]*:\/\/[^\s/@:]*:([^\s/@]+)@/gi;

/** The values of variables that are secrets by their names, and passwords within addresses: nobody says which of its variables a step fills with secrets. */
export function environmentSecrets(env: Readonly<Record<string, string | undefined>>): readonly string[] {
  const found = Object.entries(env).flatMap(([name, value = ""]) => {
    if (secretName.test(name) && !otherName.test(name)) return [value];
    return [...value.matchAll(addressPassword)].map((match) => match[1] ?? "");
  });
  return found.filter((value) => value.trim().length >= shortestValue);
}

/** Replaces secrets by `***` in every text within a value, names of properties included. */
export function redactor(secrets: readonly string[]): <T>(value: T) => T {
  // Longer forms first: a part of one may be a form of its own.
  const forms = [...new Set(secrets.flatMap(secretForms))].sort((a, b) => b.length - a.length);
  if (forms.length === 0) return (value) => value;
  const redactText = (text: string) =>
    forms.reduce((left, form) => (left.includes(form) ? left.replaceAll(form, "***") : left), text);
  const redact = (value: unknown): unknown => {
    if (typeof value === "string") return redactText(value);
    if (Array.isArray(value)) return value.map(redact);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [redactText(name), redact(inner)]));
  };
  return <T>(value: T) => redact(value) as T;
}
