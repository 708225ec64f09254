import { describe, expect, test } from "vitest";
import { environmentSecrets, redactor, secretForms } from "../../src/hosts/masks.ts";

describe("secrets of the environment", () => {
  test("are known by the variable's name", () => {
    const secret = {
      HF_TOKEN: "hf_abcdef",
      PASSWORD: "hunter22",
      db_password: "hunter23",
      WANDB_API_KEY: "0123456789",
      AWS_SECRET_ACCESS_KEY: "wJalrXUtnFEMI",
      ACTIONS_RUNTIME_TOKEN: "eyJhbGciOi",
      DEPLOY_SECRET: "s3cr3t-value",
    };
    expect(environmentSecrets(secret)).toEqual(Object.values(secret));
  });

  test("are not what only names one, an input, or a word", () => {
    const plain = {
      INPUT_TOKEN: "customer_token",
      "INPUT_API-KEY": "customer_id",
      INPUT_ACCESS_KEY: "customer_id",
      TOKENIZERS_PARALLELISM: "false-false",
      SECRET_FILE: "/run/secrets/one",
      AWS_ACCESS_KEY_ID: "AKIA1234567",
      ACTIONS_ID_TOKEN_REQUEST_URL: "https://oidc.example/request",
      USE_TOKEN: "true",
      CACHE_KEY: "linux-x64-node24",
      PATH: "/usr/bin:/bin",
      EMPTY_TOKEN: "",
      UNSET_TOKEN: undefined,
    };
    expect(environmentSecrets(plain)).toEqual([]);
  });

  test("are also passwords within addresses", () => {
    const env = {
      DATABASE_URL: "postgres://ada:pa55w0rd@db.internal/churn",
      BOTH: "amqp://a:first-one@h,redis://:second-one@h",
      NONE: "https://example.com:8443/a@b",
    };
    expect(environmentSecrets(env)).toEqual(["pa55w0rd", "first-one", "second-one"]);
  });
});

describe("a secret within something longer that was encoded", () => {
  test.each(["", "a", "ab", "abc", "user:"])("is found in the base64 of %j before it", (before) => {
    const secret = "correct-horse-battery";
    const encoded = Buffer.from(`${before}${secret}@host`).toString("base64");
    expect(secretForms(secret).some((form) => encoded.includes(form))).toBe(true);
  });
});

describe("what is redacted", () => {
  const redact = redactor(['p@ss "w/ord"', "inner"]);

  test("is every text within a value, and names of properties; all else stays", () => {
    const value = {
      text: 'it is p@ss "w/ord".',
      'p@ss "w/ord"': [1, null, true, "inner and inner", undefined],
      deep: { list: [{ json: JSON.stringify('p@ss "w/ord"') }] },
    };
    expect(redact(value)).toEqual({
      text: "it is ***.",
      "***": [1, null, true, "*** and ***", undefined],
      deep: { list: [{ json: '"***"' }] },
    });
  });

  test("is the longer of two secrets first, so that nothing of it is left", () => {
    expect(redactor(["horse", "horse-battery"])("my horse-battery and horse")).toBe("my *** and ***");
  });

  test("is nothing where there is no secret: the very value comes back", () => {
    const value = { text: "plain" };
    expect(redactor([])(value)).toBe(value);
  });
});
