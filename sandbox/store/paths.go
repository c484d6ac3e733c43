package store

// The base paths of the services, below one address.
const (
	VshopBase   = "/vshop"
	PaymentBase = "/payment"
	TopupBase   = "/topup"
)

// BundlesPath is the path of listBundles.
const BundlesPath = "/mall/bundle-groups/bundles"

// PlansPath is the path of singleServicePlanPage.
const PlansPath = "/singleServicePlanPage"
