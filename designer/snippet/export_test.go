package snippet

// For the tests: texts and bodies as literals.
var (
	ShellText  = shellText
	ScriptText = scriptText
	ScriptBody = scriptBody
	PythonBody = pythonBody
	GoText     = goText
)
