// github.com/mattn/go-sqlite3: runs the workload and prints each statement's rows as a line of JSON.
package main

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	sqlite3 "github.com/mattn/go-sqlite3"
)

type step struct {
	Sql  string `json:"sql"`
	Bind []any  `json:"bind"`
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func main() {
	sql.Register("arbors", &sqlite3.SQLiteDriver{Extensions: []string{os.Args[1]}})
	db, err := sql.Open("arbors", ":memory:")
	check(err)
	db.SetMaxOpenConns(1) // each connection of a pool has a database in memory of its own
	text, err := os.ReadFile(os.Args[2])
	check(err)
	var steps []step
	check(json.Unmarshal(text, &steps))
	for _, each := range steps {
		result := [][]any{}
		if !strings.HasPrefix(each.Sql, "SELECT") {
			_, err := db.Exec(each.Sql, each.Bind...)
			check(err)
		} else {
			rows, err := db.Query(each.Sql, each.Bind...)
			check(err)
			columns, err := rows.Columns()
			check(err)
			for rows.Next() {
				values := make([]any, len(columns))
				places := make([]any, len(columns))
				for i := range values {
					places[i] = &values[i]
				}
				check(rows.Scan(places...))
				for i := range values {
					if bytes, is := values[i].([]byte); is {
						values[i] = string(bytes)
					}
				}
				result = append(result, values)
			}
			check(rows.Err())
		}
		line, err := json.Marshal(result)
		check(err)
		fmt.Println(string(line))
	}
}
