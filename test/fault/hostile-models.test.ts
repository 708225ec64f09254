import { expect, test } from "vitest";
import { locateModel } from "../../src/commands/model-reference.ts";
import { openPredictor } from "../../src/commands/predictor.ts";
import { TitleholderError } from "../../src/kernel/error.ts";
import { requireOnnxFile } from "../../src/model/onnx/looked-at.ts";
import { testHost } from "../support/host.ts";
import { type HostileModel, hostileModels } from "../support/hostile-models.ts";

/** What `npm run bench:hostile` measures on whole processes: here, that every one is refused, as evaluate-vs-champion opens models. */

async function refusal({ write }: HostileModel): Promise<TitleholderError> {
  await using machine = await testHost();
  const { host, project, cwd } = machine;
  const path = await write(cwd);
  const look = (at: string, shown: string) => requireOnnxFile(at, host.files, shown);
  try {
    const model = await locateModel(path, host, project, { input: "challenger", allowEphemeral: false, look });
    if (model === undefined) throw new Error("a path is no reference");
    await using session = await openPredictor(model, host);
    await session.predict(new Map(session.features.map(({ name }) => [name, Float64Array.of(1)])));
  } catch (error) {
    if (error instanceof TitleholderError) return error;
    throw error;
  }
  throw new Error("not refused");
}

const all = hostileModels();

test("there are at least sixty, each of its own kind", () => {
  expect(new Set(all.map(({ what }) => what)).size).toBe(all.length);
  expect(all.length).toBeGreaterThanOrEqual(60);
});

test.each(all.map((model) => [model.what, model] as const))("%s", async (_, model) => {
  const error = await refusal(model);
  expect(error.code).toMatch(model.code);
  expect(error.kind).toBe("configuration");
  expect(error.fix).not.toBe("");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what a model holds must not steer a terminal.
  expect(error.message).not.toMatch(/[\u0000-\u001f]/);
});
