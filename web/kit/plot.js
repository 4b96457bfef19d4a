// The library that draws charts, in a file of its own: the first page waits for nothing that it may not need.
export { default } from "uplot";
