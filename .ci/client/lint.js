// Checks OpenAPI documents against the specification and what goes without saying.
// Standard input is an object of their texts by name; what is printed is an object
// of what is wrong with those that have faults.
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
const faults = {};
for (const [name, source] of Object.entries(JSON.parse(Buffer.concat(chunks).toString()))) {
  const problems = (await lintFromString({ source, config })).filter((p) => p.severity === "error");
  if (problems.length) faults[name] = problems.map((p) => `${p.location[0]?.pointer}: ${p.ruleId}: ${p.message}`);
}
console.log(JSON.stringify(faults, null, 1));
