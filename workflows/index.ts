export { taskRun } from "./taskRun.ts";
/** The default serves every other type; the rest are types that the SDK would find on Object.prototype. */
export {
  unknownType as default,
  unknownType as __defineGetter__,
  unknownType as __defineSetter__,
  unknownType as __lookupGetter__,
  unknownType as __lookupSetter__,
  unknownType as constructor,
  unknownType as hasOwnProperty,
  unknownType as isPrototypeOf,
  unknownType as propertyIsEnumerable,
  unknownType as toLocaleString,
  unknownType as toString,
  unknownType as valueOf,
} from "./unknownType.ts";
