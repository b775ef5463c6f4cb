/** Help texts. docs/commands.md says the same; a test compares the options. */
export const HELP = {
  tasker: `Tasker runs plain JavaScript and TypeScript functions as durable tasks.

  tasker start                          Temporal, Web UI and a worker, until Ctrl-C
  tasker publish --all                  publish every task of ./tasks
  tasker task -t NAME -i JSON -p        run a task and watch it
  tasker replay RUN                     make a run's VM again from the database, and print where it stands
  tasker prune --older-than 90d         remove the records of runs that ended long ago
  tasker demo                           everything in one command: start, publish, run the sample tasks
  tasker gmail-search -q QUERY          search every mailbox of a Google Workspace
  tasker workspace                      stand-ins of Google and others to try it with, until Ctrl-C
  tasker gapi PATH JSON                 one call of a Google API from the shell
  tasker gapi-test MODE                 a first test of what is set up for Google: echo, customer or info
  tasker ephemeral                      a self-test of suspend, nest and resume that explains what it sees
  tasker keystore set NAME              store a secret for tasks; get, list, delete, rotate, audit
  tasker codec                          decrypt for a Web UI and a \`temporal\` command of your own
  tasker doctor                         what is configured, and whether it answers
  tasker search-attributes              register what Tasker needs on a Temporal server of your own

\`tasker COMMAND --help\` says more. In a clone: npm start, npm run publish -- …, npm run task -- …, npm run demo.
Exit codes: 0 done; 1 the run failed; 2 wrong usage; 3 Temporal or the database cannot be reached.`,

  start: `tasker start [--wait]

Starts what runs tasks on this machine: a Temporal dev server with its Web UI, the database and a worker; with
TEMPORAL_ADDRESS set, a worker only. Ctrl-C stops it: running steps finish, runs go on at the next start.
A second Ctrl-C stops at once; nothing is lost then either. Its data is in .tasker/ (TASKER_HOME).

  --wait    a worker waits for a Temporal server or a database that it cannot reach, and says so; without it the
            command ends with exit code 3`,

  publish: `tasker publish [--dir DIR] --all | [--specific] NAME | --list   [--json]

  --all             publish every task of the folder; lists the files with a fault and publishes the others
  --specific NAME   publish one task; NAME alone does the same
  --list, -l        show the folder's tasks, and whether each differs from its published version; publishes nothing
  --dir DIR         the folder (default: tasks)
  --json            one JSON object on standard output

Publishing the same source again changes nothing. Runs keep the version that they began with.
Exit code 1 when something could not be published.`,

  task: `tasker task --task NAME [--input JSON] [--poll] [--json]
tasker task --list | --status ID | --result ID | --cancel ID   [--json]

  --list, -l          the published tasks
  --task, -t NAME     start a run of a published task
  --input, -i JSON    its input: any JSON value, @FILE for a file, - for standard input (default: {})
  --poll, -p          watch the run until its end; Ctrl-C stops watching, not the run. Also with --status and --result
  --status ID         a run's present state; does not wait
  --result ID         wait for a run's end and print its result
  --cancel ID         ask a run to stop
  --json              one JSON object on standard output, progress on standard error

  tasker task -t echo -i '{"message":"hi"}' -p
  tasker task -t echo -i @input.json --json
  echo '{"depth":3}' | tasker task -t nested-calls-test -i - -p

Without a running \`tasker start\` the command starts what it needs for its own time, and waits for the end of the run.
Exit codes: 0 completed (or: started, shown); 1 the run failed, was cancelled or terminated, or timed out; 2 wrong usage,
unknown task or run, bad input; 3 Temporal or the database cannot be reached; 130 Ctrl-C before the end of the run.`,

  replay: `tasker replay RUN [--to STEP] [--from-snapshot] [--json]

Makes a run's virtual machine again from the database alone, open or ended: every step with the same results at the same times,
compared with what it did the first time. Prints where the run stands and what it waits for. Makes no call and changes nothing;
an open run is asked to write down its newest steps, if Temporal and a worker answer.

  RUN               the run's id
  --to STEP         stop after this step, from 1; the last one unless given
  --from-snapshot   begin with the nearest snapshot before that step: faster, and the steps before it are not compared
  --json            one JSON object on standard output

  tasker replay nested-calls-test-d0bc… --to 12

Exit codes: 0 replayed; 2 wrong usage, unknown run or step; 3 \`journal_mismatch\`: the database's account of the run has a
gap, is of another engine, or was changed; or the database cannot be reached.`,

  prune: `tasker prune --older-than AGE [--keep STATUS]… [--dry-run] [--json]

Removes the records of runs that ended longer ago than AGE, with their calls, log lines, steps and snapshots, and every stored
value that nothing else holds. Says what it freed. Workers may run meanwhile. What stays: open runs, nested runs whose parent is
open, published versions, secrets; and runs whose end Temporal could not confirm, because it cannot be reached.

  --older-than AGE   as 90d, 12h, 30m
  --keep STATUS      keep runs that ended so: completed, failed, cancelled, timed_out, terminated; may be repeated
  --dry-run          say what would be removed, and remove nothing
  --json             one JSON object on standard output

  tasker prune --older-than 90d --keep failed

The space is free for new records. A SQLite file stays as large as it is until VACUUM.
Exit codes: 0 done; 2 wrong usage; 3 the database cannot be reached.`,

  demo: `tasker demo

Starts everything, publishes ./tasks, runs each sample task with live progress, prints the results and the Web UI's
address, and stops what it started. Exit code 0 if every sample completed.`,

  "gmail-search": `tasker gmail-search [--query QUERY] [--maxResultsPerUser N] [--maxUsersPerDomain N] [--json]

Searches the mailboxes of a Google Workspace: its domains, the users of each, the messages of each user. Publishes and
runs the task comprehensive-gmail-search, shows what it waits for, and sums up by domain and user. It runs against
Google when credentials are set up (docs/google.md), otherwise against a stand-in on this machine, and says which.

  --query, -q QUERY       what to look for, as in Gmail's search box (default: in:inbox)
  --maxResultsPerUser N   messages of each user, the newest first (default: 3)
  --maxUsersPerDomain N   users of each domain, by address (default: 5)
  --json                  one JSON object on standard output, progress on standard error
  --help, -h              this text

  npm run test:comprehensive-gmail-search -- -q "is:unread newer_than:7d" --maxUsersPerDomain 50
  node cli/comprehensive-gmail-search.js --maxResultsPerUser 10

Ctrl-C stops watching, not the run. Exit codes as for \`tasker task\`; a mailbox that cannot be searched is listed, and
does not fail the search.`,

  gapi: `tasker gapi PATH [JSON] [--subject ADDRESS] [--scope SCOPE]… [--json]

Calls one method of a Google API as a task would by tools.gapi, but from here: no workflow, no worker, one attempt. It goes
to Google when a credential is set up (docs/google.md), otherwise to a stand-in on this machine, and says which.

  PATH                the method: gmail.users.messages.list, admin.directory.users.list, drive.v2.files.list; or
                      authenticate, describe, info
  JSON                its parameters: an object, @FILE for a file, - for standard input (default: {})
  --subject ADDRESS   whom the service account acts as (default: the mailbox that a Gmail call names, TASKER_GOOGLE_SUBJECT)
  --scope SCOPE       in place of the scope that the method needs; gmail.readonly is short for its URL; may be repeated
  --json              the answer alone on standard output, in one line

  tasker gapi admin.directory.domains.list
  tasker gapi gmail.users.messages.list '{"userId":"jane@example.com","q":"is:unread","maxResults":5}'
  tasker gapi describe '"calendar.events.list"'

Exit codes: 0 answered; 1 Google refused or cannot be reached; 2 wrong usage, unknown method, wrong parameters.`,

  "gapi-test": `tasker gapi-test [echo | customer | info] [--direct] [--json]

A first test of tools.gapi: publishes the task gapi-test and runs it. It goes to Google when a credential is set up
(docs/google.md), otherwise to a stand-in on this machine, and says which.

  echo       what a path means: version, URL, scopes; asks nobody (default)
  customer   the Workspace account, by the Admin SDK
  info       what is set up: kind of credential, client, subject, and whether the scopes of the Gmail search are granted
  --direct   without a workflow: neither Temporal nor a worker is started
  --json     one JSON object on standard output, progress on standard error

Exit codes as for \`tasker task\`.`,

  ephemeral: `tasker ephemeral

A self-test that explains what it sees: on a stack of its own it puts a run to sleep and shows where its memory is kept,
kills the worker, lets another one wake the run, does the same with nested runs, and checks every result. It takes half a
minute; nothing of it stays. Exit code 0 if all is well, 1 if a check failed.`,

  workspace: `tasker workspace [--users N] [--domains N] [--seed SEED] [--faults SHARE]

Starts stand-ins of the services that tools call (a small Google Workspace, OpenAI, DuckDuckGo, Supabase), and a stack
whose tools call them, until Ctrl-C. Commands that find no credentials for Google use it while it runs. Its data lies in
the folder standins of .tasker/ (TASKER_HOME), apart from everything that is real.

  --users N         users of the Workspace in all its domains, 1 to 10000 (default: 8)
  --domains N       its domains, 1 to 100 (default: 4)
  --seed SEED       any text: the same seed makes up the same users and messages (default: tasker)
  --faults SHARE    share of Google's answers that are 429, 500 or 503, 0 to 1 (default: 0)

  tasker workspace --users 200 --faults 0.1`,

  keystore: `tasker keystore set NAME [--file FILE | --value V] | get NAME | delete NAME | list   [--namespace N] [--json]
tasker keystore rotate | audit [NAME] [--namespace N] [--limit N]   [--json]

  set NAME         store a secret, or replace it; the value comes from standard input
    --file FILE    from a file, as it is
    --value V      from the command line: it stays in the shell's history
  get NAME         print the value, and nothing else, to standard output
  delete NAME      take it away; runs that have read it keep it
  list             names, times and keys, no values
  rotate           seal every secret under a new key of the key file; with TASKER_KEYS, under the first of them
  audit [NAME]     who reached for what, and when; newest first
    --limit N      lines (default 50, at most 1000)
  --namespace N    default: "default"; "services" holds the credentials of services: google, openai, supabase
  --json           one JSON object on standard output

  printf %s "$TOKEN" | tasker keystore set github --namespace team
  tasker keystore set google --namespace services --file service-account.json
  tasker keystore get github --namespace team

A task reads it with tools.keystore.get("github", {namespace: "team"}). Works without a running stack.
Exit codes: 0 done; 1 no such secret, or one could not be sealed again; 2 wrong usage; 3 the database cannot be reached,
or a key is missing.`,

  codec: `tasker codec [--host ADDRESS]

The codec endpoint: decrypts and encrypts payloads for Temporal's Web UI and \`temporal\` command, until Ctrl-C, on the port
of TASKER_CODEC_PORT. \`tasker start\` with TASKER_ENCRYPTION=true has one of its own. Web pages need to be named in
TASKER_CODEC_ORIGINS; with TASKER_CODEC_TOKEN set, every caller must send it.

  --host ADDRESS    where to listen (default: 127.0.0.1, this machine only). In a container: 0.0.0.0

  temporal workflow show --workflow-id ID --detailed --codec-endpoint http://127.0.0.1:PORT`,

  doctor: `tasker doctor [--json]

Prints the configuration without secrets, and checks Temporal, its search attributes, the database, the keys and the tasks' engine.
Starts nothing. Exit code 3 if something that is needed does not answer.`,

  "search-attributes": `tasker search-attributes

Registers the search attributes TaskName, TaskVersion and TaskRecord (Keyword) on the Temporal server of
TEMPORAL_ADDRESS. A worker does not start without them. The same by Temporal's own command:

  temporal operator search-attribute create --name TaskName --type Keyword --name TaskVersion --type Keyword \\
    --name TaskRecord --type Keyword`,
} as const;

export type CommandName = Exclude<keyof typeof HELP, "tasker">;

export const COMMANDS = Object.keys(HELP).filter((name): name is CommandName => name !== "tasker");
