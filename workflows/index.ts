export { taskRun } from "./taskRun.ts";
