import { z } from "zod";
import { input } from "../../shared.ts";

export const handlingInputs = {
  quarantine: input(z.string().optional(), {
    description:
      "Parquet file to write the rows to that break a rule or cannot be read, with file, row and the list of reasons.",
    kind: "path",
    example: "out/quarantine.parquet",
  }),
  clean: input(z.string().optional(), {
    description:
      "Parquet file to write all other rows to, after the contract's strategies for missing values. Later gates accept it by its fingerprint.",
    kind: "path",
    example: "out/clean.parquet",
  }),
} as const;

export const handlingOutputs = {
  quarantineFingerprint: input(z.string(), {
    description: "Fingerprint of the quarantine. Empty when none was written.",
  }),
  cleanFingerprint: input(z.string(), { description: "Fingerprint of the clean rows. Empty when none were written." }),
} as const;
