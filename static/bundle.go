package static

import (
	"errors"
	"path"
	"strings"
	"sync"

	"github.com/evanw/esbuild/pkg/api"
)

// pages are the scripts that pages load, one each, with all that they import in
// one file. They share no files, although they share modules: together a page's
// modules are smaller as they are sent, and take one request. What is loaded on
// demand and what of a page that needs are files of their own.
var pages = []string{
	"page.js", "flow-list.js", "flow-page.js", "execution-page.js", "executions.js",
	"docs.js", "sides.js", "expression-field.js",
}

// apart are the modules that stay files of their own: they are large, and loaded
// on demand.
var apart = map[string]bool{"vendor/codemirror.js": true}

// bundle are the scripts of pages and their parts, minified, by their names, which
// for the parts hold a hash of the content. It is made when the first of them is
// asked for.
var bundle = sync.OnceValues(func() (map[string][]byte, error) {
	scripts := map[string][]byte{}
	for _, name := range pages {
		result := api.Build(api.BuildOptions{
			EntryPointsAdvanced: []api.EntryPoint{{InputPath: name, OutputPath: strings.TrimSuffix(name, ".js")}},
			Bundle:              true, Splitting: true, Format: api.FormatESModule, Target: api.ES2023,
			MinifyWhitespace: true, MinifyIdentifiers: true, MinifySyntax: true, LegalComments: api.LegalCommentsNone,
			Outdir: "/", ChunkNames: "[name]-[hash]", Plugins: []api.Plugin{embedded},
			LogLevel: api.LogLevelSilent,
		})
		if len(result.Errors) > 0 {
			return nil, errors.New("bundling scripts: " + result.Errors[0].Text)
		}
		for _, file := range result.OutputFiles {
			scripts[path.Base(strings.ReplaceAll(file.Path, `\`, "/"))] = file.Contents
		}
	}
	return scripts, nil
})

// embedded finds modules among the files of the program.
var embedded = api.Plugin{Name: "embedded", Setup: func(build api.PluginBuild) {
	const namespace = "static"
	build.OnResolve(api.OnResolveOptions{Filter: ".*"}, func(args api.OnResolveArgs) (api.OnResolveResult, error) {
		name := path.Join(path.Dir(args.Importer), args.Path)
		if apart[name] {
			return api.OnResolveResult{Path: "./" + name, External: true}, nil
		}
		return api.OnResolveResult{Path: name, Namespace: namespace}, nil
	})
	build.OnLoad(api.OnLoadOptions{Filter: ".*", Namespace: namespace}, func(args api.OnLoadArgs) (api.OnLoadResult, error) {
		source, err := files.ReadFile(args.Path)
		contents := string(source)
		return api.OnLoadResult{Contents: &contents, Loader: api.LoaderJS}, err
	})
}}

// minified is a script or a style sheet by itself in fewer bytes; anything else,
// and what is not understood, stays as it is.
func minified(extension string, source []byte) []byte {
	loader := map[string]api.Loader{".js": api.LoaderJS, ".css": api.LoaderCSS}[extension]
	if loader == api.LoaderNone {
		return source
	}
	result := api.Transform(string(source), api.TransformOptions{
		Loader: loader, Target: api.ES2023, LegalComments: api.LegalCommentsNone, LogLevel: api.LogLevelSilent,
		MinifyWhitespace: true, MinifyIdentifiers: loader == api.LoaderJS, MinifySyntax: true,
	})
	if len(result.Errors) > 0 {
		return source
	}
	return result.Code
}
