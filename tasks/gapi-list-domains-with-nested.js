/**
 * @task gapi-list-domains-with-nested
 * @description Lists the domains of a Google Workspace, and looks at its own world by a nested run if asked to.
 * @param {object} [input]
 * @param {string} [input.customer=my_customer] - The Workspace account: yours, unless you manage several.
 * @param {boolean} [input.includeStats=false] - Whether to run `module-diagnostic`, too.
 * @returns {Promise<object>} The domains, what Google granted, and the report of the nested run.
 */
module.exports = async function execute(input, context) {
  const { listDomains } = context.tasks.require("../shared/gapi-helper");

  // The token itself stays on the host: what comes back says what was granted, to whom, and until when.
  const granted = await context.tools.gapi.authenticate(
    "https://www.googleapis.com/auth/admin.directory.domain.readonly",
  );

  const listed = await listDomains(context, { customer: input?.customer });
  if (!listed.success) throw new Error(`The domains cannot be listed: ${listed.error.message}`);
  await context.tools.log(`domains: ${listed.domains.map(({ domain }) => domain).join(", ")}`);

  const stats = input?.includeStats
    ? await context.tools.tasks.execute("module-diagnostic", { checkGlobalScope: true })
    : null;
  return { domains: listed.domains, count: listed.domains.length, granted, stats };
};
