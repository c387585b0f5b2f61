package simulated

import (
	"fmt"
	"maps"
	"slices"
	"sync"
)

// Product is one thing that Acme sells.
type Product struct {
	SKU       string `json:"sku"`
	Name      string `json:"name"`
	Price     Amount `json:"price"`
	Available int64  `json:"available"`
	Warehouse string `json:"warehouse"`
}

// DemoProducts is Acme's range when Options name no other. One product is
// scarce and one is sold out, so that both branches of an inventory check
// can be taken at once.
func DemoProducts() []Product {
	return []Product{
		{SKU: "LAMP-01", Name: "Desk lamp, brass", Price: NewAmount(8900), Available: 500, Warehouse: "Rotterdam"},
		{SKU: "CHAIR-02", Name: "Task chair, ash", Price: NewAmount(34950), Available: 120, Warehouse: "Rotterdam"},
		{SKU: "SHELF-03", Name: "Wall shelf, 80 cm", Price: NewAmount(12400), Available: 3, Warehouse: "Lyon"},
		{SKU: "CLOCK-04", Name: "Station clock", Price: NewAmount(5625), Available: 0, Warehouse: "Lyon"},
	}
}

// maxStock bounds what can be set as available.
const maxStock = 1_000_000_000

// inventory is Acme's stock.
type inventory struct {
	initial []Product

	mu       sync.Mutex
	products []Product
}

func newInventory(products []Product) *inventory {
	return &inventory{initial: slices.Clone(products), products: slices.Clone(products)}
}

func (i *inventory) reset() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.products = slices.Clone(i.initial)
}

func (i *inventory) list() []Product {
	i.mu.Lock()
	defer i.mu.Unlock()
	return slices.Clone(i.products)
}

func (i *inventory) find(sku string) (Product, bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if product := i.product(sku); product != nil {
		return *product, true
	}
	return Product{}, false
}

// product returns the product of sku or nil; the caller holds the lock.
func (i *inventory) product(sku string) *Product {
	at := slices.IndexFunc(i.products, func(p Product) bool { return p.SKU == sku })
	if at < 0 {
		return nil
	}
	return &i.products[at]
}

func (i *inventory) stock() map[string]int64 {
	stock := make(map[string]int64)
	for _, product := range i.list() {
		stock[product.SKU] = product.Available
	}
	return stock
}

// check says what is wrong with stock to be set, before anything is changed.
func (i *inventory) check(stock map[string]int64) error {
	for _, sku := range slices.Sorted(maps.Keys(stock)) {
		if _, ok := i.find(sku); !ok {
			return fmt.Errorf("there is no product %q", clip(sku, 40))
		}
		if stock[sku] < 0 || stock[sku] > maxStock {
			return fmt.Errorf("stock of %s must be from 0 to %d", sku, maxStock)
		}
	}
	return nil
}

func (i *inventory) set(stock map[string]int64) {
	i.mu.Lock()
	defer i.mu.Unlock()
	for sku, available := range stock {
		if product := i.product(sku); product != nil {
			product.Available = available
		}
	}
}

// shortage is a line that stock cannot serve.
type shortage struct {
	sku                  string
	unknown              bool
	requested, available int64
}

// take removes the lines' quantities, all of them or, where one cannot be
// served, none.
func (i *inventory) take(lines []OrderLine) *shortage {
	i.mu.Lock()
	defer i.mu.Unlock()
	wanted := make(map[string]int64)
	for _, line := range lines {
		product := i.product(line.SKU)
		if product == nil {
			return &shortage{sku: line.SKU, unknown: true}
		}
		if wanted[line.SKU] += line.Quantity; wanted[line.SKU] > product.Available {
			return &shortage{sku: line.SKU, requested: wanted[line.SKU], available: product.Available}
		}
	}
	for sku, quantity := range wanted {
		i.product(sku).Available -= quantity
	}
	return nil
}

// giveBack returns the quantities of a canceled order.
func (i *inventory) giveBack(lines []OrderLine) {
	i.mu.Lock()
	defer i.mu.Unlock()
	for _, line := range lines {
		if product := i.product(line.SKU); product != nil {
			product.Available = min(maxStock, product.Available+line.Quantity)
		}
	}
}
