import * as core from "@actions/core";

core.info(`post has the state: ${core.getState("greeting")}`);
await core.summary.addRaw("Cleaned up\n").write();
