// How a front-end uses the generated client. Nothing here runs: it has to compile under `tsc --strict`,
// and each line marked @ts-expect-error has to be refused, or the types would promise nothing.
import createClient from "openapi-fetch";
import type { components, paths } from "./schema";

type Schemas = components["schemas"];

const client = createClient<paths>({ baseUrl: "http://127.0.0.1:8080" });

export class ApiProblem extends Error {
  constructor(readonly document: Schemas["ProblemDocument"]) {
    super(document.title);
  }
}

// A plan is made from a start month; the key makes a repeated click harmless.
export async function startProject(startMonth: string, key: string): Promise<Schemas["ProjectPublic"]> {
  const { data, error } = await client.POST("/projects/v1/projects", {
    params: { header: { "Idempotency-Key": key } },
    body: {
      name: "Skolplattform",
      templateKey: "sv-supplier-5-phase",
      templateVersion: "1.0.0",
      startMonth: startMonth,
      parties: [{ side: "customer", name: "Norrvik" }],
    },
  });
  if (error) throw new ApiProblem(error);
  return data;
}

// Pages are followed by their cursor until there is no next one.
export async function gatesThatWait(projectId: string): Promise<Schemas["GatePublic"][]> {
  const { data, error } = await client.GET("/projects/v1/projects/{projectId}/gates", {
    params: { path: { projectId } },
  });
  if (error) throw new ApiProblem(error);
  return data.items.filter((gate) => gate.state === "open");
}

// A change names the version that it builds on.
export async function renameProject(projectId: string, etag: string, name: string): Promise<string> {
  const { data, error, response } = await client.PATCH("/projects/v1/projects/{projectId}", {
    params: { path: { projectId }, header: { "If-Match": etag } },
    body: { name },
  });
  if (error) throw new ApiProblem(error);
  return `${data.name} ${response.headers.get("ETag")}`;
}

export async function overview(): Promise<string[]> {
  const answers = await Promise.all([
    client.GET("/identity/v1/me"),
    client.GET("/training/v1/courses", { params: { query: { limit: 50 } } }),
    client.GET("/sync/v1/units", { params: { query: { limit: 50 } } }),
    client.GET("/webhooks/v1/event-types"),
    client.GET("/portal/v1/status"),
  ]);
  return answers.map((answer) => String(answer.response.status));
}

export function refused(): void {
  // @ts-expect-error there is no such path
  void client.GET("/projects/v1/project");
  // @ts-expect-error the path parameter is missing
  void client.GET("/projects/v1/gates/{gateId}");
  // @ts-expect-error a change without If-Match
  void client.PATCH("/projects/v1/projects/{projectId}", { params: { path: { projectId: "1" } }, body: {} });
  // @ts-expect-error no such state
  const state: Schemas["GatePublic"]["state"] = "almost";
  void state;
}
