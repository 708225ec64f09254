import { engines } from "../../src/generated/engines.ts";
import { dataEngineContract } from "./data-engine.ts";
import { declaredCellsContract } from "./data-engine-declared.ts";
import { dataWritingContract } from "./data-writing.ts";

for (const [name, engine] of Object.entries(engines)) {
  const implementation = await engine.load();
  dataEngineContract(name, (host) => implementation.create({}, host));
  declaredCellsContract(name, (host) => implementation.create({}, host));
  dataWritingContract(name, (host) => implementation.create({}, host));
}
