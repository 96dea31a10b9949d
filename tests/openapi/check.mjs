// SPDX-License-Identifier: GPL-3.0-or-later
//
// check.mjs OPENAPI.yaml: is it valid, and are the answers on standard input,
// a JSON object of them by the paths they came from, as it says?  A line for
// each complaint; exit status 1 if there was one.

import { readFileSync } from "node:fs";
import { Validator } from "@seriousme/openapi-schema-validator";
import Ajv2020 from "ajv/dist/2020.js";
import { parse } from "yaml";

const text = readFileSync(process.argv[2], "utf8");
const document = parse(text);
const complaints = [];

const result = await new Validator().validate(text);
if (!result.valid)
  complaints.push(`not OpenAPI: ${JSON.stringify(result.errors)}`);

const ajv = new Ajv2020({ strict: false, allErrors: true });
ajv.addSchema({ $id: "file:///openapi", ...document });
for (const [path, answer] of Object.entries(JSON.parse(readFileSync(0, "utf8")))) {
  const operation = document.paths[path]?.get;
  const content = operation?.responses["200"].content["application/json"];
  if (content === undefined) {
    complaints.push(`${path}: not described`);
    continue;
  }
  const name = content.schema.$ref.split("/").pop();
  const valid = ajv.getSchema(`file:///openapi#/components/schemas/${name}`);
  if (!valid(answer))
    complaints.push(`${path}: ${ajv.errorsText(valid.errors)}`);
}
for (const complaint of complaints) console.log(complaint);
process.exit(complaints.length === 0 ? 0 : 1);
