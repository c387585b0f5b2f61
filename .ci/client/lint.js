// Checks an OpenAPI document on standard input against the specification and
// what goes without saying, and prints what is wrong with it as JSON.
import { createConfig, lintFromString } from "@redocly/openapi-core";

const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const config = await createConfig({
  extends: ["minimal"],
  rules: {
    struct: "error",
    "spec-strict-refs": "error",
    "no-unresolved-refs": "error",
    "no-invalid-media-type-examples": "error",
    "no-invalid-schema-examples": "error",
    "no-invalid-parameter-examples": "error",
    "operation-operationId-unique": "error",
    "operation-parameters-unique": "error",
    "path-parameters-defined": "error",
    "no-ambiguous-paths": "error",
    "no-undefined-server-variable": "error",
    "security-defined": "error",
    "no-unused-components": "off",
    "no-enum-type-mismatch": "error",
    "no-duplicated-tag-names": "error",
    "operation-4xx-response": "error",
    "operation-2xx-response": "off",
  },
});
const problems = await lintFromString({ source: Buffer.concat(chunks).toString(), config });
const serious = problems.filter((p) => p.severity === "error");
console.log(JSON.stringify(serious.map((p) => `${p.location[0]?.pointer}: ${p.ruleId}: ${p.message}`), null, 1));
