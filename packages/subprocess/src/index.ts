// The names come with their files.
export {};
