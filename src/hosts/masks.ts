/** A secret and the forms it is commonly printed in: base64, URL-encoded, as a JSON string's inside, and each of its lines. */
export function secretForms(secret: string): readonly string[] {
  const lines = secret
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line.length >= 4);
  const whole = [secret.trim(), ...lines];
  const forms = whole.flatMap((text) => [
    text,
    Buffer.from(text).toString("base64"),
    Buffer.from(text).toString("base64url"),
    encodeURIComponent(text),
    JSON.stringify(text).slice(1, -1),
  ]);
  return [...new Set(forms)].filter((form) => form.length >= 4);
}
