export { createNearestName } from "../../protocol/nearestName.ts";
