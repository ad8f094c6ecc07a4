// Prints a line for each fault of an OpenAPI document under Redocly's recommended rules, which are its default ones.
import { createConfig, lint } from "@redocly/openapi-core";

const config = await createConfig({ extends: ["recommended"] });
for (const fault of await lint({ ref: process.argv[2], config })) {
  console.log(`${fault.severity} ${fault.ruleId} ${fault.location[0]?.pointer ?? ""} ${fault.message}`);
}
