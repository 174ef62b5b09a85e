/** Stands in for packages that our dependencies name but that the program never reaches. */
export default undefined;
