/** Help texts. The README's command section says the same; a test compares the options. */
export const HELP = {
  tasker: `Tasker runs plain JavaScript and TypeScript functions as durable tasks.

  tasker start                          Temporal, Web UI and a worker, until Ctrl-C
  tasker publish --all                  publish every task of ./tasks
  tasker task -t NAME -i JSON -p        run a task and watch it
  tasker demo                           all of it at once: start, publish, run the sample tasks
  tasker gmail-search -q QUERY          search every mailbox of a Google Workspace
  tasker workspace                      stand-ins of Google and others to try it with, until Ctrl-C
  tasker ephemeral                      a self-test of suspend, nest and resume that explains what it sees
  tasker doctor                         what is configured, and whether it answers
  tasker search-attributes              register what Tasker needs on a Temporal server of your own

\`tasker COMMAND --help\` tells more. In a clone: npm start, npm run publish -- …, npm run task -- …, npm run demo.
Exit codes: 0 done; 1 the run failed; 2 wrong usage; 3 Temporal or the database cannot be reached.`,

  start: `tasker start

Starts what runs tasks on this machine: a Temporal dev server with its Web UI, the database and a worker; with
TEMPORAL_ADDRESS set, a worker only. Ctrl-C stops it: running steps finish, runs go on at the next start.
A second Ctrl-C stops at once; nothing is lost then either. Its data lies in .tasker/ (TASKER_HOME).`,

  publish: `tasker publish [--dir DIR] --all | [--specific] NAME | --list   [--json]

  --all             publish every task of the folder; lists files that have a fault, and publishes the others
  --specific NAME   publish one task; NAME alone does the same
  --list, -l        show the folder's tasks, and how each stands to its published version; publishes nothing
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
  --status ID         how a run stands, at once
  --result ID         wait for a run's end and print its result
  --cancel ID         ask a run to stop
  --json              one JSON object on standard output, progress on standard error

  tasker task -t echo -i '{"message":"hi"}' -p
  tasker task -t echo -i @input.json --json
  echo '{"depth":3}' | tasker task -t nested-calls-test -i - -p

Without a running \`tasker start\` the command starts what it needs for its own time, and waits for the end of the run.
Exit codes: 0 completed (or: started, shown); 1 the run failed, was cancelled or terminated, or timed out; 2 wrong usage,
unknown task or run, bad input; 3 Temporal or the database cannot be reached; 130 Ctrl-C before the end of the run.`,

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

  doctor: `tasker doctor [--json]

Prints the configuration without secrets, and checks Temporal, its search attributes, the database and the tasks' engine.
Starts nothing. Exit code 3 if something that is needed does not answer.`,

  "search-attributes": `tasker search-attributes

Registers the search attributes TaskName, TaskVersion and TaskRunStatus (Keyword) on the Temporal server of
TEMPORAL_ADDRESS. A worker does not start without them. The same by Temporal's own command:

  temporal operator search-attribute create --name TaskName --type Keyword --name TaskVersion --type Keyword \\
    --name TaskRunStatus --type Keyword`,
} as const;

export type CommandName = Exclude<keyof typeof HELP, "tasker">;

export const COMMANDS = Object.keys(HELP).filter((name): name is CommandName => name !== "tasker");
