// Runs a helper straight from the sources; the bundle's counterpart is dist/helper.js.
import { runHelper } from "./helper.ts";

runHelper();
