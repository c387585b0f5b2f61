package store_test

const childTask = "REDIAL_STORE_TEST_CHILD"

func child(string) int { return 0 }
